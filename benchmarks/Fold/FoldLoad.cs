using System.Diagnostics;
using System.Globalization;
using System.Reactive.Concurrency;
using System.Reactive.Subjects;
using System.Threading.Channels;
using Rx.Vm.Lifecycle;
using Rx.Vm.Reactive;
using Serilog.Core;

namespace Rx.Benchmarks.Fold;

/// <summary>
/// What an event costs that another thread posts, through the whole pipeline with one subscriber, beside the least that any program pays for
/// handing an event to a loop: a bounded channel with a switch behind it. Prints one line of JSON, the medians of five rounds; floor and
/// pipeline take turns.
/// </summary>
internal static class FoldLoad
{
    private const int Rounds = 5;
    private const int Usual = 2_000_000;
    private const int LivesPerRound = 2_000;

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not ([] or ["--count", _]) || Count(args) is not { } count)
        {
            await Console.Error.WriteLineAsync("benchmarks fold [--count N]: N events a round, 1000 to 100000000");
            return 2;
        }

        // Once that does not count.
        _ = (await FloorAsync(count / 10), Nothing(count / 10), Lives(LivesPerRound / 10));
        var (floors, nothings, lives) = (new Figure[Rounds], new Figure[Rounds], new Figure[Rounds]);
        for (var round = 0; round < Rounds; round++)
        {
            floors[round] = await FloorAsync(count);
            nothings[round] = Nothing(count);
            lives[round] = Lives(LivesPerRound);
        }

        var ratio = Median(nothings.Zip(floors, (nothing, floor) => nothing.Nanoseconds / floor.Nanoseconds));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"noop_ns": {{Median(nothings.Select(one => one.Nanoseconds)):0.#}}, "noop_bytes": {{Median(nothings.Select(one => one.Bytes)):0.#}},"""
            + $$""" "floor_ns": {{Median(floors.Select(one => one.Nanoseconds)):0.#}}, "noop_ratio": {{ratio:0.##}},"""
            + $$""" "cycle_ns": {{Median(lives.Select(one => one.Nanoseconds)):0}}, "cycle_bytes": {{Median(lives.Select(one => one.Bytes)):0}},"""
            + $$""" "count": {{count}}, "rounds": {{Rounds}}, "load": {{HostFacts.Load}}, "commit": "{{HostFacts.Commit}}"}"""));
        return 0;
    }

    private static int? Count(string[] args) => args is not [_, var text] ? Usual
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1000 and <= 100_000_000 ? count : null;

    /// <summary>Events of an earlier state's deadline, which change nothing, posted to a machine whose pod runs.</summary>
    private static Figure Nothing(int count)
    {
        using var machine = new Machine();
        foreach (var e in Life.Events().TakeWhile(_ => machine.Phase != VmPhase.Running))
        {
            machine.Door.OnNext(e);
        }

        var stale = new VmEvent(VmEventKind.DeadlineElapsed) { Operand = (int)DeadlineKind.Boot, Token = 1 };
        return Measure(count, () =>
        {
            var poster = new Thread(() =>
            {
                for (var i = 0; i < count; i++)
                {
                    machine.Door.OnNext(stale);
                }
            });
            poster.Start();
            poster.Join();
        });
    }

    /// <summary>Whole lives, each with a pipeline of its own: boot, a pod with two disks, two calls, finish, gone.</summary>
    private static Figure Lives(int count) => Measure(count, () =>
    {
        for (var i = 0; i < count; i++)
        {
            using var machine = new Machine();
            foreach (var e in Life.Events())
            {
                machine.Door.OnNext(e);
            }

            Debug.Assert(machine.Phase == VmPhase.Gone, "a life ends");
        }
    });

    private static async Task<Figure> FloorAsync(int count)
    {
        var channel = Channel.CreateBounded<VmEvent>(new BoundedChannelOptions(4096) { SingleReader = true });
        var stale = new VmEvent(VmEventKind.DeadlineElapsed) { Operand = (int)DeadlineKind.Boot, Token = 1 };
        var seen = new long[3];
        var figure = await Task.Run(() => Measure(count, () =>
        {
            var reader = Task.Run(async () =>
            {
                while (await channel.Reader.WaitToReadAsync())
                {
                    while (channel.Reader.TryRead(out var e))
                    {
                        seen[e.Kind switch { VmEventKind.DeadlineElapsed => 0, VmEventKind.PingAcked => 1, _ => 2 }]++;
                    }
                }
            });
            var poster = new Thread(() =>
            {
                for (var i = 0; i < count; i++)
                {
                    while (!channel.Writer.TryWrite(stale))
                    {
                        channel.Writer.WaitToWriteAsync().AsTask().GetAwaiter().GetResult();
                    }
                }

                channel.Writer.Complete();
            });
            poster.Start();
            poster.Join();
            reader.GetAwaiter().GetResult();
        }));
        return seen[0] == count ? figure : throw new InvalidOperationException($"{seen[0]} of {count} events arrived");
    }

    private static Figure Measure(int count, Action work)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var watch = VmSchedulers.Real.Time.StartStopwatch();
        work();
        var elapsed = watch.Elapsed;
        return new Figure(elapsed.TotalNanoseconds / count, (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / count);
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    private readonly record struct Figure(double Nanoseconds, double Bytes);

    /// <summary>One machine's pipeline with a door and a subscriber, and nothing behind it.</summary>
    private sealed class Machine : IDisposable
    {
        private readonly VmPipeline _pipeline = new(
            VmFold.Initial("vm", KeepMode.None, new VmTimeouts()), VmSchedulers.Real, new ObserverReport(Logger.None), inline: true);

        private long _seen;

        public Machine()
        {
            _pipeline.States.Subscribe(state => _seen = state.Sequence);
            _pipeline.Connect(new VmSources { Requests = Door }, new CommandLedger(true), new StepWork());
        }

        public Subject<VmEvent> Door { get; } = new();

        public VmPhase Phase => _pipeline.Current.Phase;

        public void Dispose()
        {
            GC.KeepAlive(_seen);
            _pipeline.Dispose();
        }
    }
}
