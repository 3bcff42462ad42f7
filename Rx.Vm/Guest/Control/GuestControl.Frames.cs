using Rx.Vm.Guest.Wire;
using Rx.Vm.Text;

namespace Rx.Vm.Guest;

// What each frame from the guest does. Runs on the reader's thread; every handler answers whether the channel lives on.
internal sealed partial class GuestControl
{
    private bool Scan(ControlFrameScanner scanner, ReadOnlySpan<byte> input)
    {
        while (true)
        {
            switch (scanner.Next(ref input, out var frame))
            {
                case FrameScan.NeedMore:
                    return true;
                case FrameScan.Fault:
                    Lose(GuestLossKind.Protocol, $"control channel: {scanner.Fault}");
                    return false;
                case FrameScan.Frame:
                    if (!Take(frame))
                    {
                        return false;
                    }

                    break;
            }
        }
    }

    /// <summary>One frame. False: the channel is over.</summary>
    private bool Take(ControlFrame frame)
    {
        switch (frame.Code)
        {
            case GuestCode.Next:
                return OnNext(frame.Payload);
            case GuestCode.Ack:
            case GuestCode.Error:
                return OnAnswer(frame.Payload, refused: frame.Code == GuestCode.Error);
            case GuestCode.Answer when _queue.Features.Has(GuestFeature.Ids):
                return OnNumberedAnswer(frame.Payload);
            case GuestCode.FinishPod:
                return OnFinishPod(frame.Payload);
            case GuestCode.Ready:
                return OnReady(frame.Payload);
            case GuestCode.ProcessEnd when _queue.Features.Has(GuestFeature.Ends):
                return OnProcessEnd(frame.Payload);
            case GuestCode.ProcessAsyncEvent:
                return OnEvent(frame.Payload);
            default:
                return Stray(frame.Code);
        }
    }

    private bool OnNext(ReadOnlySpan<byte> payload)
    {
        if (!ControlFrame.TryReadNext(payload, out var bytes))
        {
            return Break($"NEXT with {payload.Length} bytes instead of 4");
        }

        bool earned;
        int inFlight;
        lock (_gate)
        {
            inFlight = _queue.InFlight;
            earned = _queue.Credit(bytes);
        }

        if (!earned)
        {
            return Break($"credit for {bytes} bytes while {inFlight} were in flight");
        }

        Pump();
        return true;
    }

    private bool OnNumberedAnswer(ReadOnlySpan<byte> payload)
    {
        if (!NumberedFrame.TryRead(payload, out var id, out var code))
        {
            return Break($"ANSWER of {payload.Length} bytes without an id");
        }

        return code is GuestCode.Ack or GuestCode.Error
            ? OnAnswer(payload[NumberedFrame.HeaderSize..], code == GuestCode.Error, id)
            : Break($"ANSWER with the code {(uint)code}");
    }

    private bool OnAnswer(ReadOnlySpan<byte> payload, bool refused, ulong id = 0)
    {
        CommandQueue.Command? command;
        lock (_gate)
        {
            command = _queue.Answer(refused, id);
            if (command is { IsSettled: false })
            {
                Tell(refused
                    ? new GuestRefused(command.Code, command.Token, CleanText.Of(payload, WireLimits.ErrorText))
                    : new GuestAcked(command.Code, command.Token, payload[..Math.Min(payload.Length, WireLimits.ErrorText)].ToArray()));
            }
        }

        return command is null ? Stray(id != 0 ? GuestCode.Answer : refused ? GuestCode.Error : GuestCode.Ack) : Deliver();
    }

    private bool OnFinishPod(ReadOnlySpan<byte> payload)
    {
        bool isNews;
        CommandQueue.Command? destroyed;
        lock (_gate)
        {
            (isNews, destroyed) = _queue.Finish();
            if (destroyed is not null)
            {
                Tell(new GuestAcked(GuestCode.DestroyPod, destroyed.Token, default));
            }

            if (isNews)
            {
                Tell(new PodFinished(new([.. ControlFrame.ReadExitCodes(payload)])));
            }
        }

        return isNews || destroyed is not null ? Deliver() : Stray(GuestCode.FinishPod);
    }

    private bool OnProcessEnd(ReadOnlySpan<byte> payload)
    {
        if (ProcessEnd.Read(payload, out var end) is { } fault)
        {
            return Break(fault);
        }

        lock (_gate)
        {
            Tell(new GuestProcessEnded(end));
        }

        return Deliver();
    }

    private bool OnEvent(ReadOnlySpan<byte> payload)
    {
        lock (_gate)
        {
            Tell(new GuestEvent(payload[..Math.Min(payload.Length, WireLimits.ErrorText)].ToArray()));
        }

        return Deliver();
    }

    private bool OnReady(ReadOnlySpan<byte> payload)
    {
        if (_isReady)
        {
            return Break("READY a second time: the guest's init has started anew");
        }

        if (!GuestFeatures.TryParse(payload, out var features, out var error))
        {
            return Break(error);
        }

        _isReady = true;
        lock (_gate)
        {
            _queue.Features = features;
            Tell(new GuestReady(features));
        }

        return Deliver();
    }

    private bool Stray(GuestCode code)
    {
        var count = Interlocked.Increment(ref _strayFrames);
        _log.Debug("Ignored a {Code} from the guest that nothing asked for ({Count} so far)", code, count);
        return count <= _options.MaxStrayFrames
            || Break($"more than {_options.MaxStrayFrames} frames that nothing asked for, the last {code}");
    }

    private bool Break(string reason)
    {
        Lose(GuestLossKind.Protocol, $"control channel: {reason}");
        return false;
    }

    /// <summary>Called with the gate held, so that messages queue up in the order of what caused them, and none after the loss.</summary>
    private void Tell(GuestMessage message)
    {
        if (!_isOver)
        {
            _messages.Enqueue(message);
        }
    }

    private bool Deliver()
    {
        _messages.Drain();
        return true;
    }
}
