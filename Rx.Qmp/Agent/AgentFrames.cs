using Rx.Qmp.Wire;

namespace Rx.Qmp.Agent;

/// <summary>
/// Finds messages in an agent's output, which may begin anywhere: with the end of a reply to somebody else, with a console's text, with a
/// delimiting byte. That byte (0xFF, which no UTF-8 text has) always ends what came before it. Out of step so does a line's end, since
/// the agent writes each reply on a line of its own.
/// </summary>
internal sealed class AgentFrames(int maxFrameBytes, int maxDepth, IAgentFrameSink sink)
{
    private const byte Delimiter = 0xFF;

    private readonly FrameBuffer _frames = new(maxFrameBytes, maxDepth);
    private bool _delimited;
    private bool _skipping;

    /// <summary>True: a message can begin on every line, whatever was on the one before.</summary>
    public bool ByLine { get; set; } = true;

    /// <summary>Bytes passed over so far.</summary>
    public long DiscardedBytes { get; private set; }

    /// <summary>Takes what was read.</summary>
    public void Accept(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var end = ByLine ? bytes.IndexOfAny(Delimiter, (byte)'\n') : bytes.IndexOf(Delimiter);
            if (end < 0)
            {
                Add(bytes);
                return;
            }

            // The sink may come into step within this, and lines lose their meaning then: the end of this one does no harm.
            Add(bytes[..end]);
            Begin(bytes[end] == Delimiter);
            bytes = bytes[(end + 1)..];
        }
    }

    private void Begin(bool delimited)
    {
        DiscardedBytes += _frames.HeldBytes;
        _frames.Reset();
        _skipping = false;
        _delimited = delimited;
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !_skipping)
        {
            var room = _frames.GetRoom().Span;
            var count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            bytes = bytes[count..];
            _frames.Commit(count);
            TakeFrames();
        }

        DiscardedBytes += bytes.Length;
    }

    private void TakeFrames()
    {
        while (true)
        {
            switch (_frames.TryTake(out var frame))
            {
                case FrameScanStatus.NeedMore:
                    return;
                case FrameScanStatus.Frame:
                    var delimited = _delimited;
                    _delimited = false;
                    sink.OnFrame(frame, delimited);
                    break;
                default:
                    DiscardedBytes += _frames.HeldBytes;
                    _frames.Reset();
                    _skipping = true;
                    sink.OnGarbage();
                    return;
            }
        }
    }
}
