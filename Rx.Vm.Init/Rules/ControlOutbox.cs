using System.Text;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Init.Rules;

/// <summary>
/// Control frames on their way to the host. A lost host takes its answers with it: credit and answers of one connection would be matched
/// to the commands of the next, so <see cref="HostLost"/> drops them and keeps what is news to any host, READY, FINISHPOD and PROCESSEND.
/// </summary>
internal sealed class ControlOutbox
{
    /// <summary>Bytes at which no more commands should be read.</summary>
    public const int Limit = 64 << 10;

    private readonly Queue<(GuestCode Code, byte[] Frame)> _frames = new();

    /// <summary>Bytes waiting.</summary>
    public int Bytes { get; private set; }

    /// <summary>Whether the control channel should not be read for now.</summary>
    public bool Full => Bytes >= Limit;

    /// <summary>Adds a frame.</summary>
    public void Add(GuestCode code, ReadOnlySpan<byte> payload = default) => Append(code, ControlFrame.Encode(code, payload));

    /// <summary>Adds an ERROR with a text, cut to what the host keeps.</summary>
    public void AddError(string text) => Add(GuestCode.Error, Cut(text));

    /// <summary>Adds credit for bytes that were read.</summary>
    public void AddCredit(int bytes) => Append(GuestCode.Next, ControlFrame.EncodeNext((uint)bytes));

    /// <summary>Adds an ACK, with the exit codes of a pod that was stopped.</summary>
    public void AddAck(ReadOnlySpan<int> exitCodes) =>
        Append(GuestCode.Ack, ControlFrame.Encode(GuestCode.Ack, ControlFrame.EncodeExitCodes(exitCodes)));

    /// <summary>Adds the answer to the request with an id.</summary>
    public void AddAnswer(ulong id, string? error, ReadOnlySpan<int> exitCodes) => Add(GuestCode.Answer, error is null
        ? NumberedFrame.Encode(id, GuestCode.Ack, ControlFrame.EncodeExitCodes(exitCodes))
        : NumberedFrame.Encode(id, GuestCode.Error, Cut(error)));

    /// <summary>Adds the exit codes of a pod that ended.</summary>
    public void AddFinish(ReadOnlySpan<int> exitCodes) => Append(GuestCode.FinishPod, ControlFrame.EncodeFinishPod(exitCodes));

    /// <summary>Fills a buffer with as many whole frames as fit, oldest first; 0: none waits. They stay until <see cref="Sent"/>.</summary>
    public int Fill(Span<byte> buffer, out int frames)
    {
        var length = 0;
        frames = 0;
        foreach (var (_, frame) in _frames)
        {
            if (frame.Length > buffer.Length - length)
            {
                break;
            }

            frame.CopyTo(buffer[length..]);
            length += frame.Length;
            frames++;
        }

        return length;
    }

    /// <summary>Forgets the oldest frames: they were written.</summary>
    public void Sent(int frames)
    {
        for (; frames > 0; frames--)
        {
            Bytes -= _frames.Dequeue().Frame.Length;
        }
    }

    /// <summary>The host's end was closed.</summary>
    public void HostLost()
    {
        for (var count = _frames.Count; count > 0; count--)
        {
            var kept = _frames.Dequeue();
            if (kept.Code is GuestCode.Ready or GuestCode.FinishPod or GuestCode.ProcessEnd)
            {
                _frames.Enqueue(kept);
            }
            else
            {
                Bytes -= kept.Frame.Length;
            }
        }
    }

    private static ReadOnlySpan<byte> Cut(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text.Length > WireLimits.ErrorText ? text[..WireLimits.ErrorText] : text);
        var length = Math.Min(bytes.Length, WireLimits.ErrorText);
        while (length > 0 && length < bytes.Length && (bytes[length] & 0xc0) == 0x80)
        {
            length--;
        }

        return bytes.AsSpan(0, length);
    }

    private void Append(GuestCode code, byte[] frame)
    {
        _frames.Enqueue((code, frame));
        Bytes += frame.Length;
    }
}
