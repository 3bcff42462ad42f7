namespace Rx.Vm.Guest.Wire;

/// <summary>Why a scanner gave up: the declared length and the bounds it was judged by.</summary>
/// <param name="Declared">The length field, header included.</param>
/// <param name="Least">The smallest legal length: the header's.</param>
/// <param name="Most">The largest legal length.</param>
internal readonly record struct FrameFault(uint Declared, int Least, int Most)
{
    /// <summary>One line for a log or a failure reason.</summary>
    public override string ToString() => Declared < Least
        ? $"frame length {Declared} is below its header's {Least} bytes"
        : $"frame length {Declared} is over the limit of {Most} bytes";
}
