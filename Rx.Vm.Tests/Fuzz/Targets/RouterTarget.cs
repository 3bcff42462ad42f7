using System.Buffers;
using Rx.Qmp;
using Rx.Qmp.Session;
using Serilog.Core;

namespace Rx.Vm.Tests.Fuzz.Targets;

/// <summary>The same bytes, taken to where they belong: commands in flight are answered once or not at all, and nothing throws.</summary>
internal sealed class RouterTarget : QmpTarget
{
    private readonly QmpClientOptions _options = new()
    {
        Scheduler = System.Reactive.Concurrency.ImmediateScheduler.Instance, MaxFrameBytes = MaxFrameBytes, MaxDepth = MaxDepth,
    };

    public override string Name => "router";

    public override int Cost => 5;

    public override uint Run(byte cuts, ReadOnlySpan<byte> input)
    {
        var whole = Route(0, input);
        FuzzFailure.UnlessEqual(whole, Route(cuts, input), "what became of cut input");
        return whole.Kind;
    }

    private Outcome Route(byte cuts, ReadOnlySpan<byte> input)
    {
        var counters = new SessionCounters();
        var window = new CommandWindow(CommandWindow.QemuQueue);
        var commands = new PendingReply[CommandWindow.QemuQueue];
        for (var i = 0; i < commands.Length; i++)
        {
            commands[i] = new PendingReply(QmpCommand.Create("query-status"), default, outOfBand: false, inline: true);
            FuzzFailure.UnlessEqual(WindowRefusal.None, window.TryAdd(commands[i]), "room for a command");
        }

        window.Open(outOfBand: false);
        FuzzFailure.UnlessEqual(commands.Length, window.FillBatch(new ArrayBufferWriter<byte>(), out _), "commands in flight");
        var (greetings, events) = (0, 0);
        var hubs = new EventHubs(new ObserverReport(counters, Logger.None), counters, Logger.None);
        using var subscription = hubs.All.Subscribe(
            System.Reactive.Observer.Create<QmpEvent>(_ => events++), new QmpEventBuffer(1000, QmpEventOverflow.DropOldest).Policy<QmpEvent>(), null);
        var router = new MessageRouter(
            _options, window, new(replayLast: false, new ObserverReport(counters, Logger.None)), hubs, _ => greetings++, counters, Logger.None);
        QmpProtocolException? fault = null;
        var pieces = new Cuts(cuts, input);
        while (fault is null && pieces.Next(out var piece))
        {
            while (fault is null && !piece.IsEmpty)
            {
                var room = router.GetRoom().Span;
                var count = Math.Min(room.Length, piece.Length);
                piece[..count].CopyTo(room);
                piece = piece[count..];
                fault = router.Accept(count);
            }
        }

        FuzzFailure.Unless(greetings <= 1);
        FuzzFailure.UnlessEqual(counters.Events, events, "events that reached their observer");
        FuzzFailure.UnlessEqual(counters.Replies, commands.Count(c => c.IsClaimed), "answered commands");
        return new Outcome(
            fault is null, greetings, events, Bits(commands), counters.StrayReplies, counters.UnattributedErrors, counters.UnknownMessages,
            counters.MalformedMessages);
    }

    // Which were answered, and with a result.
    private static int Bits(PendingReply[] commands) => commands.Aggregate(0, (bits, c) =>
        bits << 2 | (c.IsClaimed ? 1 : 0) | (c.IsClaimed && c.Task.IsCompletedSuccessfully ? 2 : 0));

    private sealed record Outcome(
        bool Sound, int Greetings, int Events, int Answers, long Stray, long Unattributed, long Unknown, long Malformed)
    {
        // Not the hash code of the record, which differs from process to process.
        public uint Kind => (uint)Answers ^ (Sound ? 0x8000_0000 : 0) ^ (uint)Greetings << 30 ^ Few(Events) << 16 ^ Few(Stray) << 19
            ^ Few(Unattributed) << 22 ^ Few(Unknown) << 25 ^ Few(Malformed) << 28;

        private static uint Few(long count) => (uint)Math.Min(long.Log2(count + 1), 3);
    }
}
