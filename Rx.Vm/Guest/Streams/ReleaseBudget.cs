namespace Rx.Vm.Guest;

/// <summary>
/// What may still be taken without waiting for readers once the machine's process has gone; shared by the streams of a channel.
/// </summary>
internal sealed class ReleaseBudget(int bytes)
{
    private int _left = bytes;
    private volatile bool _isOpen;

    /// <summary>Nobody waits any more.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>From now on nobody waits.</summary>
    public void Open() => _isOpen = true;

    /// <summary>Takes <paramref name="count"/> bytes of it, or nothing.</summary>
    public bool TryTake(int count)
    {
        // Only the channel's reader takes.
        if (count > _left)
        {
            return false;
        }

        _left -= count;
        return true;
    }
}
