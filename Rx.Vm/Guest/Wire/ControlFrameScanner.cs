using System.Buffers.Binary;

namespace Rx.Vm.Guest.Wire;

/// <summary>
/// Cuts the control channel's bytes into frames. Resumable at every byte; bounded; a broken length is a value, not an exception.
/// </summary>
/// <param name="maxFrame">The largest legal frame, header included: <see cref="WireLimits.ControlFrameToHost"/> on the host.</param>
internal sealed class ControlFrameScanner(int maxFrame)
{
    private readonly FrameAssembler _assembler = new(ControlFrame.HeaderSize, maxFrame);

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
    public FrameScan Next(ref ReadOnlySpan<byte> input, out ControlFrame frame)
    {
        var found = _assembler.Next(ref input, out var bytes);
        frame = found == FrameScan.Frame
            ? new((GuestCode)BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes[ControlFrame.HeaderSize..])
            : default;
        return found;
    }
}
