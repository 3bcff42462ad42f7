using Rx.Qmp.Wire;

namespace Rx.Qmp.Testing.Transcripts;

/// <summary>Cuts one direction of a connection into messages for a transcript. Once the framing is lost it only counts.</summary>
internal sealed class TranscriptTap(QmpTranscriptSide from, TranscriptWriter writer)
{
    private const int MaxFrameBytes = 64 * 1024 * 1024;

    private readonly FrameBuffer _frames = new(MaxFrameBytes, 1024);
    private long _lostBytes;
    private bool _lost;

    public void Take(ReadOnlySpan<byte> bytes)
    {
        while (!_lost && !bytes.IsEmpty)
        {
            var room = _frames.GetRoom().Span;
            var count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            bytes = bytes[count..];
            _frames.Commit(count);
            TakeMessages();
        }

        _lostBytes += bytes.Length;
    }

    /// <summary>Says how many bytes no message was found in.</summary>
    public void End()
    {
        if (_lost || _frames.HasPartialFrame)
        {
            writer.Unreadable(from, _lost ? _lostBytes : _frames.HeldBytes);
        }
    }

    private void TakeMessages()
    {
        while (true)
        {
            switch (_frames.TryTake(out var frame))
            {
                case FrameScanStatus.NeedMore:
                    return;
                case FrameScanStatus.Frame:
                    writer.Message(from, frame);
                    break;
                default:
                    _lost = true;
                    _lostBytes = _frames.HeldBytes;
                    return;
            }
        }
    }
}
