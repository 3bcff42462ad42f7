using System.Buffers.Binary;

namespace Rx.Vm.Guest.Wire;

/// <summary>
/// Cuts the tty channel's bytes into frames. Resumable at every byte; bounded; a broken length is a value, not an exception.
/// </summary>
/// <param name="maxPayload">The largest legal payload: <see cref="WireLimits.TtyPayloadToHost"/> on the host.</param>
internal sealed class TtyFrameScanner(int maxPayload)
{
    private readonly FrameAssembler _assembler = new(TtyFrame.HeaderSize, maxPayload + TtyFrame.HeaderSize);

    /// <summary>Set once the peer broke the framing.</summary>
    public FrameFault? Fault => _assembler.Fault;

    /// <summary>Bytes of a frame that has begun and is not complete: above 0 at the end of the stream, the stream was cut.</summary>
    public int Pending => _assembler.Pending;

    /// <summary>Bytes of memory held.</summary>
    public int Capacity => _assembler.Capacity;

    /// <summary>
    /// Takes the next frame off the front of <paramref name="input"/>, which is advanced past what was consumed. Call until it says
    /// <see cref="FrameScan.NeedMore"/>. The frame's payload is a slice of the input, or of the scanner's buffer until the next call.
    /// </summary>
    public FrameScan Next(ref ReadOnlySpan<byte> input, out TtyFrame frame)
    {
        var found = _assembler.Next(ref input, out var bytes);
        frame = found == FrameScan.Frame
            ? new(BinaryPrimitives.ReadUInt64BigEndian(bytes), bytes[TtyFrame.HeaderSize..])
            : default;
        return found;
    }
}
