namespace Rx.Vm.Guest;

/// <summary>
/// What all streams of one machine may hold in memory, beyond <see cref="ByteRing.Free"/> each. Who gets less than asked for keeps less.
/// </summary>
internal sealed class StreamBudget(int bytes)
{
    /// <summary>The windows of as many containers as a pod can have, and as much again for further processes and last words.</summary>
    public const int PerMachine = 16 << 20;

    private int _left = bytes;

    /// <summary>What nobody has taken.</summary>
    public int Left => Volatile.Read(ref _left);

    /// <summary>Takes <paramref name="wanted"/> bytes, or what there is.</summary>
    public int TakeUpTo(int wanted)
    {
        while (true)
        {
            var left = Left;
            var taken = Math.Min(left, wanted);
            if (taken <= 0)
            {
                return 0;
            }

            if (Interlocked.CompareExchange(ref _left, left - taken, left) == left)
            {
                return taken;
            }
        }
    }

    /// <summary>Gives back what was taken.</summary>
    public void Return(int count) => Interlocked.Add(ref _left, count);
}
