namespace Rx.Vm.Tests.Campaign;

/// <summary>Random numbers by a seed (SplitMix64): the same on every machine and runtime, and as cheap to start as to go on.</summary>
internal struct Dice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        var z = _state += 0x9E37_79B9_7F4A_7C15;
        z = (z ^ z >> 30) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ z >> 27) * 0x94D0_49BB_1331_11EB;
        return z ^ z >> 31;
    }

    /// <summary>A number from 0 up to, not including, <paramref name="end"/>.</summary>
    public int Below(int end) => (int)((Next() >> 32) * (ulong)end >> 32);

    /// <summary>Whether an event of one in <paramref name="often"/> happens.</summary>
    public bool OneIn(int often) => Below(often) == 0;
}
