namespace Rx.Vm.Guest;

/// <summary>Bytes that a reader of a plain byte stream would have got were dropped before it read them.</summary>
public sealed class OutputLostException : IOException
{
    internal OutputLostException(long position, long missed)
        : base($"{missed} bytes of output are missing before position {position}: they were dropped before they were read") =>
        (Position, Missed) = (position, missed);

    /// <summary>Where what there still is begins; the reader goes on there.</summary>
    public long Position { get; }

    /// <summary>How many bytes before it are missing.</summary>
    public long Missed { get; }
}
