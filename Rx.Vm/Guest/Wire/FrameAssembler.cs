using System.Buffers.Binary;

namespace Rx.Vm.Guest.Wire;

/// <summary>
/// Cuts a byte stream into length-prefixed frames, resuming where the last input ended. Both channels use the same shape: a header whose
/// last four bytes are the frame's length, big-endian, header included.
/// </summary>
/// <remarks>
/// A frame that lies whole in the input is handed out as a slice of it. One that does not is gathered in a buffer which grows with the
/// bytes that really came, never with the length that was promised, so memory stays within max(4 × received, floor).
/// Every byte is looked at or copied once per arrival; growth doubles.
/// </remarks>
internal sealed class FrameAssembler(int headerSize, int maxFrame)
{
    private byte[] _buffer = [];
    private int _filled;
    private int _frameLength;
    private bool _handedOut;

    /// <summary>Set once the peer broke the framing.</summary>
    public FrameFault? Fault { get; private set; }

    /// <summary>Bytes of a frame that has begun and is not complete.</summary>
    public int Pending => _handedOut ? 0 : _filled;

    /// <summary>Bytes of memory held.</summary>
    public int Capacity => _buffer.Length;

    /// <summary>Takes the next frame off the front of <paramref name="input"/>, which is advanced past what was consumed.</summary>
    public FrameScan Next(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> frame)
    {
        frame = default;
        Forget();
        if (Fault is not null)
        {
            return FrameScan.Fault;
        }

        if (_filled == 0 && TrySlice(ref input, out frame) is { } whole)
        {
            return whole;
        }

        if (_frameLength == 0 && !Fill(ref input, headerSize, headerSize))
        {
            return FrameScan.NeedMore;
        }

        if (_frameLength == 0 && !Judge(_buffer))
        {
            return FrameScan.Fault;
        }

        if (!Fill(ref input, _frameLength, _frameLength))
        {
            return FrameScan.NeedMore;
        }

        frame = _buffer.AsSpan(0, _frameLength);
        _handedOut = true;
        return FrameScan.Frame;
    }

    /// <summary>The frame handed out last is over; a buffer that one huge frame needed is not kept for small ones.</summary>
    private void Forget()
    {
        if (!_handedOut)
        {
            return;
        }

        _handedOut = false;
        _filled = 0;
        _frameLength = 0;
        if (_buffer.Length > WireLimits.BufferKept)
        {
            _buffer = [];
        }
    }

    /// <summary>The common case: the frame lies whole in the input. Null: it does not, gather it.</summary>
    private FrameScan? TrySlice(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> frame)
    {
        frame = default;
        if (input.Length < headerSize)
        {
            return null;
        }

        if (!Judge(input))
        {
            return FrameScan.Fault;
        }

        if (input.Length < _frameLength)
        {
            return null;
        }

        frame = input[.._frameLength];
        input = input[_frameLength..];
        _frameLength = 0;
        return FrameScan.Frame;
    }

    private bool Judge(ReadOnlySpan<byte> header)
    {
        var declared = BinaryPrimitives.ReadUInt32BigEndian(header[(headerSize - 4)..]);
        if (declared < headerSize || declared > maxFrame)
        {
            Fault = new(declared, headerSize, maxFrame);
            _buffer = [];
            _filled = 0;
            return false;
        }

        _frameLength = (int)declared;
        return true;
    }

    /// <summary>Moves input into the buffer until it holds <paramref name="wanted"/> bytes; false while it does not.</summary>
    private bool Fill(ref ReadOnlySpan<byte> input, int wanted, int limit)
    {
        var take = Math.Min(wanted - _filled, input.Length);
        var needed = _filled + take;
        if (needed > _buffer.Length)
        {
            // Twice what has arrived, or the floor; never past the frame's own length once that is known.
            var size = Math.Max(needed, Math.Min(Math.Max(2 * needed, WireLimits.BufferFloor), Math.Max(limit, WireLimits.BufferFloor)));
            Array.Resize(ref _buffer, size);
        }

        input[..take].CopyTo(_buffer.AsSpan(_filled));
        input = input[take..];
        _filled = needed;
        return needed == wanted;
    }
}
