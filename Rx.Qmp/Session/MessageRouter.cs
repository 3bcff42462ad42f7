using Rx.Qmp.Wire;
using Rx.Qmp.Isolation;
using Serilog;

namespace Rx.Qmp.Session;

/// <summary>Turns received bytes into messages and takes each where it belongs: an event to the observers, a reply to its command. Used by
/// the reader loop only. Nothing a server sends makes it throw or wait.</summary>
/// <param name="options">Limits.</param>
/// <param name="window">The commands in flight.</param>
/// <param name="taps">Workflows that follow this connection.</param>
/// <param name="events">The client's observers.</param>
/// <param name="greeted">Told the first greeting.</param>
/// <param name="counters">Counts everything that is dropped.</param>
/// <param name="log">Reports it.</param>
internal sealed class MessageRouter(
    QmpClientOptions options,
    CommandWindow window,
    ObserverHub<QmpEvent> taps,
    EventHubs events,
    Action<QmpGreeting> greeted,
    SessionCounters counters,
    ILogger log)
{
    private readonly FrameBuffer _frames = new(options.MaxFrameBytes, options.MaxDepth);
    private readonly EventNameCache _names = new();
    private bool _hasGreeting;
    private int _malformed;
    private volatile bool _stopped;

    /// <summary>True when the bytes so far end inside a message.</summary>
    public bool IsInsideMessage => _frames.HasPartialFrame;

    /// <summary>Where to read to.</summary>
    public Memory<byte> GetRoom() => _frames.GetRoom();

    /// <summary>Needs no room while nothing is said.</summary>
    public void Rest() => _frames.Rest();

    /// <summary>Drops what was read and not routed yet. May be called from any thread, and while routing.</summary>
    public void Stop() => _stopped = true;

    /// <summary>Routes every message that is complete now.</summary>
    /// <param name="count">Bytes read to the room.</param>
    /// <returns>Null, or how the framing was lost for good.</returns>
    public QmpProtocolException? Accept(int count)
    {
        Interlocked.Add(ref counters.BytesRead, count);
        _frames.Commit(count);
        while (!_stopped)
        {
            switch (_frames.TryTake(out var frame))
            {
                case FrameScanStatus.NeedMore:
                    return null;
                case FrameScanStatus.Frame:
                    Route(frame);
                    if (_malformed > options.MaxMalformedMessages)
                    {
                        return new(
                            QmpProtocolFault.TooManyMalformed, $"More than {options.MaxMalformedMessages} messages were malformed.");
                    }

                    break;
                case FrameScanStatus.TooLarge:
                    return new(QmpProtocolFault.TooLarge, $"A message is longer than {options.MaxFrameBytes} bytes.");
                case FrameScanStatus.TooDeep:
                    return new(QmpProtocolFault.TooDeep, $"A message is nested deeper than {options.MaxDepth} levels.");
                case FrameScanStatus.NotAnObject:
                    return new(QmpProtocolFault.NotAnObject, "The server sent something that is not a JSON object.");
            }
        }

        return null;
    }

    private QmpError ReadError(ReadOnlySpan<byte> json)
    {
        var body = LenientJson.Parse(json, options.MaxDepth);
        return new QmpError(body.Member("class").AsText() ?? string.Empty, body.Member("desc").AsText() ?? string.Empty);
    }

    private void Route(ReadOnlySpan<byte> frame)
    {
        if (!TryRouteReply(frame) && !TryRouteEvent(frame))
        {
            RouteCarefully(frame);
        }
    }

    /// <summary>The short way for a reply that its caller wants read.</summary>
    private bool TryRouteReply(ReadOnlySpan<byte> frame)
    {
        // The slot is freed only after the reading: what does not read as one value goes the long way. It is freed before the caller is
        // told, who may need it at once.
        if (!CompactHeader.TryReply(frame, out var slot, out var value)
            || window.Peek(slot) is not { } pending || !pending.TryRead(value))
        {
            return false;
        }

        window.TakeReplied(slot);
        Interlocked.Increment(ref counters.Replies);
        NoteIfLate(pending, pending.TryDeliver());
        return true;
    }

    /// <summary>The short way for an event that nobody wants, or only somebody who wants it read.</summary>
    private bool TryRouteEvent(ReadOnlySpan<byte> frame)
    {
        if (taps.HasObservers || events.All.HasObservers || !CompactHeader.TryEvent(frame, out var at, out var name, out var data))
        {
            return false;
        }

        var text = _names.Get(name);
        var hubs = events.Named(text);
        var taken = hubs switch
        {
            [] => true,
            [var hub] => !hub.HasObservers || hub.TryPublish(data, QmpTimestamp.From(at.Seconds, at.Microseconds)),

            // Rare, and the long way does it for each of them.
            _ => false,
        };
        if (taken)
        {
            Interlocked.Increment(ref counters.Events);
            QmpTelemetry.SawEvent(text);
        }

        return taken;
    }

    private void RouteCarefully(ReadOnlySpan<byte> frame)
    {
        var header = MessageHeaderReader.Read(frame, options.MaxDepth);
        switch (header.Kind)
        {
            case MessageKind.Event:
                RouteEvent(frame, header);
                break;
            case MessageKind.Return or MessageKind.Error when header.Slot != MessageHeader.NoId:
            case MessageKind.Return:
                Answer(frame, header);
                break;
            case MessageKind.Error:
                NoteUnattributed(ReadError(frame[header.Value]));
                break;
            case MessageKind.Greeting when !_hasGreeting:
                _hasGreeting = true;
                greeted(QmpGreeting.Read(frame[header.Value], options.MaxDepth));
                break;
            case MessageKind.Malformed:
                _malformed++;
                Interlocked.Increment(ref counters.MalformedMessages);
                QmpLog.Dropped(log, "malformed");
                Answer(frame, header);
                break;
            default:
                Interlocked.Increment(ref counters.UnknownMessages);
                QmpLog.Dropped(log, "unknown");
                break;
        }
    }

    private void RouteEvent(ReadOnlySpan<byte> frame, in MessageHeader header)
    {
        Interlocked.Increment(ref counters.Events);
        var name = _names.Get(frame, header);
        QmpTelemetry.SawEvent(name);
        var timestamp = QmpTimestamp.From(header.Seconds, header.Microseconds);

        var data = frame[header.Data];
        if (taps.HasObservers || events.All.HasObservers)
        {
            // Those who keep bytes get bytes of their own: the read buffer is reused at once.
            var item = new QmpEvent(name, timestamp, data.ToArray());
            taps.Publish(item);
            events.All.Publish(item);
        }

        foreach (var hub in events.Named(name))
        {
            if (hub.HasObservers && !hub.TryPublish(data, timestamp))
            {
                events.NoteMisfit(hub.Name);
            }
        }
    }

    /// <summary>An error without id completes nothing: whose it is cannot be known, and guessing gives a reply to the wrong
    /// caller.</summary>
    private void NoteUnattributed(QmpError error)
    {
        Interlocked.Increment(ref counters.UnattributedErrors);
        QmpLog.Unattributed(log, error.Class);
        window.Note(error);
    }

    private void Answer(ReadOnlySpan<byte> frame, in MessageHeader header)
    {
        if (window.TakeReplied(header.Slot) is { } pending)
        {
            Interlocked.Increment(ref counters.Replies);
            NoteIfLate(pending, TryAnswer(pending, frame, header));
        }
        else if (header.Kind != MessageKind.Malformed)
        {
            Interlocked.Increment(ref counters.StrayReplies);
            QmpLog.StrayReply(log);
        }
    }

    private void NoteIfLate(PendingCommand pending, bool inTime)
    {
        if (!inTime)
        {
            Interlocked.Increment(ref counters.LateReplies);
            QmpLog.LateReply(log, pending.Command.Name);
        }
    }

    private bool TryAnswer(PendingCommand pending, ReadOnlySpan<byte> frame, in MessageHeader header)
    {
        if (pending.IsClaimed)
        {
            return false;
        }

        var command = pending.Command.Name;
        return header.Kind switch
        {
            MessageKind.Return => pending.TryComplete(frame[header.Value]),
            MessageKind.Error => pending.TryFail(new QmpCommandException(command, ReadError(frame[header.Value]))),
            _ => pending.TryFail(new QmpProtocolException(
                QmpProtocolFault.MalformedReply, $"The reply to {command} is malformed.", null, command)),
        };
    }
}
