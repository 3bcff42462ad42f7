using System.Text;
using Microsoft.Reactive.Testing;
using Rx.Qmp;
using Rx.Qmp.Protocol;
using Rx.Vm.Tests.Campaign;

namespace Rx.Vm.Tests.Fuzz.Targets;

/// <summary>
/// The same bytes to a whole client over a connection in memory: nothing throws or hangs, the end answers every command that is still open,
/// and however the bytes are cut the same becomes of everything. A first byte of '-' leaves the greeting out: then the bytes must bring it.
/// </summary>
internal sealed class ClientTarget : QmpTarget
{
    private const int Commands = 10;

    private static readonly byte[] Handshake =
        """{"QMP":{"version":{"qemu":{"micro":0,"minor":2,"major":7}},"capabilities":["oob"]}}{"return":{},"id":0}"""u8.ToArray();

    private static readonly QmpCommand<int> Typed =
        QmpCommand.Create("typed", null, (ref System.Text.Json.Utf8JsonReader r) => r.GetInt32());

    public override string Name => "client";

    // A client, a clock and a connection, twice or three times.
    public override (int PerByte, int Floor) Allocations => (16384, 1 << 20);

    public override int Cost => 90;

    public override void Generate(ref Dice dice, FuzzInput input)
    {
        if (dice.OneIn(4))
        {
            input.Append((byte)'-');
        }

        base.Generate(ref dice, input);
    }

    public override uint Run(byte cuts, ReadOnlySpan<byte> input)
    {
        var greets = !(input.Length > 0 && input[0] == '-');
        var bytes = greets ? [.. Handshake, .. input] : input[1..].ToArray();
        var whole = new Play(greets ? Commands : 0, again: false).Run(0, bytes);
        var cut = new Play(greets ? Commands : 0, again: false).Run(cuts, bytes);
        FuzzFailure.UnlessEqual(whole.Text, cut.Text, "what became of cut input");

        // With commands that only go out meanwhile it matters what had arrived by then; that all are answered does not.
        _ = new Play(Commands * 3, again: true).Run(cuts, bytes);
        return whole.Kind;
    }

    /// <summary>One life of a client.</summary>
    private sealed class Play(int commands, bool again)
    {
        private readonly StringBuilder _events = new();
        private readonly List<Task> _answers = [];
        private readonly QmpClient _client = new(new QmpClientOptions
        {
            Scheduler = new TestScheduler(), InlineContinuations = true, MaxFrameBytes = MaxFrameBytes, MaxDepth = MaxDepth,
            MaxMalformedMessages = 20,
        });

        private int _seen;
        private bool _completed;

        public (string Text, uint Kind) Run(byte cuts, byte[] bytes)
        {
            var (server, theirs) = DuplexStream.CreatePair(inline: true);
            List<QmpConnectionPhase> phases = [];
            _client.Events.Subscribe(See, () => _completed = true);
            _client.EventsOf<ShutdownEvent>().Subscribe(item => _events.Append('!').Append(item.Reason));
            _client.ConnectionStates.Subscribe(state => phases.Add(state.Phase));
            var connecting = _client.ConnectAsync(theirs);
            for (var i = 0; i < commands; i++)
            {
                Execute(i);
            }

            Feed(server, cuts, bytes);
            var before = _answers.Select(answer => answer.IsCompleted).ToArray();
            server.Dispose();
            FuzzFailure.Unless(connecting.IsCompleted && _completed);
            FuzzFailure.UnlessEqual(QmpConnectionPhase.Lost, phases[^1], "the end");
            FuzzFailure.Unless(_answers.TrueForAll(answer => answer.IsCompleted), "every command is answered");
            Execute(0);
            FuzzFailure.Unless(_answers[^1].Exception?.InnerException is QmpDisconnectedException, "none is taken after the end");
            return (Describe(connecting, phases), (uint)before.Count(done => done) | (uint)phases.Count << 8 | Few(_seen) << 12
                | Few(_client.Statistics.MalformedMessages) << 15 | Few(_client.Statistics.StrayReplies) << 18
                | (uint)_answers.Count(answer => answer.IsCompletedSuccessfully) << 21);
        }

        private static void Feed(DuplexStream server, byte cuts, byte[] bytes)
        {
            var pieces = new Cuts(cuts, bytes);
            while (pieces.Next(out var piece))
            {
                var writing = server.WriteAsync(piece.ToArray());
                FuzzFailure.Unless(writing.IsCompleted, "the client reads");
                if (writing.IsFaulted)
                {
                    // It has had enough, and hung up.
                    _ = writing.AsTask().Exception;
                    return;
                }
            }
        }

        private void See(QmpEvent item)
        {
            _seen++;
            _events.Append(item.Name).Append(item.Timestamp?.Ticks).Append(Encoding.Latin1.GetString(item.Data.Span)).Append(';');
            if (again && _seen < 5)
            {
                Execute(_seen);
            }
        }

        private void Execute(int number)
        {
            // The first client of all asks eight in band and two out of band, so that all are on their way before anything else happens.
            _answers.Add((number % Commands) switch
            {
                8 or 9 => _client.ExecuteOobAsync(QmpCommand.Create("yank")),
                < 3 => _client.ExecuteAsync(Typed),
                _ => _client.ExecuteAsync(QmpCommand.Create("query")),
            });
        }

        private string Describe(Task connecting, List<QmpConnectionPhase> phases)
        {
            var text = new StringBuilder().AppendJoin(',', phases).Append(Of(connecting)).Append('\n').Append(_events).Append('\n');
            foreach (var answer in _answers)
            {
                text.Append(Of(answer)).Append('\n');
            }

            var counts = _client.Statistics;
            return text.Append((counts.Events, counts.StrayReplies, counts.MalformedMessages, counts.UnknownMessages,
                counts.UnattributedErrors, counts.Replies)).ToString();
        }

        private static string Of(Task answer) => answer switch
        {
            { Exception.InnerException: QmpException fault } => $"{fault.GetType().Name} {fault.ErrorClass} {fault.Description}",
            { Exception: { } other } => throw new FuzzFailure($"a command failed with {other.InnerException}"),
            Task<QmpReply> reply => Encoding.Latin1.GetString(reply.Result.Json.Span),
            Task<int> number => $"{number.Result}",
            _ => "ready",
        };

        private static uint Few(long count) => (uint)Math.Min(long.Log2(count + 1), 7);
    }
}
