using System.Reactive.Concurrency;

namespace Rx.Vm.Tests.Campaign;

/// <summary>The campaign as a program: <c>./rx campaign</c>.</summary>
/// <param name="output">Where the report goes.</param>
/// <param name="clock">Tells when the time is over, and how fast it went.</param>
internal sealed class CampaignProgram(TextWriter output, IScheduler clock)
{
    private const int Shown = 3;
    private readonly IStopwatch _watch = clock.StartStopwatch();
    private readonly Tally _total = new();
    private ulong _chain;

    /// <summary>Runs it: 0 when nothing was broken, 1 when something was, 2 when the command line is not one.</summary>
    public int Run(IReadOnlyList<string> args)
    {
        CampaignOptions options;
        try
        {
            options = CampaignOptions.Parse(args);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            output.WriteLine($"{e.Message}\n{CampaignOptions.Usage}");
            return 2;
        }

        return options.Faults is not null || options.Events is not null ? Again(options) : Campaign(options);
    }

    private int Campaign(CampaignOptions options)
    {
        var campaign = new FaultCampaign(options.Reducer, options.Cores);
        output.WriteLine($"seed {options.Seed}, {Enum.GetValues<FaultKind>().Length} kinds of fault, {options.Cores} threads");
        output.WriteLine("lives                  number        faults         steps   years  slowest  states  broken  digest");
        foreach (var course in Enum.GetValues<Course>())
        {
            var tallies = campaign.Exhaust(course, options.MostFaults);
            for (var faults = 0; faults <= options.MostFaults; faults++)
            {
                Line($"{course}, {faults} faults", tallies[faults]);
            }
        }

        if (options.Pipeline > 0)
        {
            Line("whole pipeline", FaultCampaign.ThroughPipeline(options.Seed, options.Pipeline, options.Cores));
        }

        for (var round = 0; _total.Broken == 0 && (options.Rounds is { } most ? round < most : _watch.Elapsed < options.Time); round++)
        {
            Line($"random, round {round}", campaign.Random(options.Seed, round, options.Round));
        }

        return Conclude(options);
    }

    private void Line(string name, Tally tally)
    {
        _total.Add(tally);
        _chain = (_chain ^ tally.Digest) * 0x9E37_79B9_7F4A_7C15;
        output.WriteLine(
            $"{name,-18} {tally.Lives,10:N0} {tally.Faults,13:N0} {tally.Steps,13:N0} {tally.Years,7:N2} {tally.Slowest / 1000.0,6:N1} s "
            + $"{(tally.States == 0 ? "" : $"{tally.States:N0}"),7} {tally.Broken,7:N0}  {_chain:x16}");
    }

    private int Conclude(CampaignOptions options)
    {
        var cpu = Environment.CpuUsage.TotalTime.TotalSeconds;
        output.WriteLine(
            $"{_total.Lives:N0} lives, {_total.Faults:N0} faults, {_total.States:N0} states, {_total.Years:N1} virtual years, "
            + $"{_total.Broken:N0} violations, digest {_chain:x16}");
        output.WriteLine($"slowest life {_total.Slowest / 1000.0:N1} s, limit {World.Latest / 1000.0:N1} s");
        output.WriteLine($"{_watch.Elapsed.TotalSeconds:N1} s, {cpu:N1} s of processor, {_total.Lives / cpu:N0} lives per second and core");
        foreach (var (life, _) in _total.Breaches.OrderBy(b => b.Life.Faults.Count).Take(Shown))
        {
            output.WriteLine($"violation: {Finding.Of(life, options.Reducer)}");
        }

        return _total.Broken == 0 ? 0 : 1;
    }

    private int Again(CampaignOptions options)
    {
        var stage = new Stage(options.Reducer) { Trace = [], Pipeline = options.IsWhole ? new PipelineMachine() : null };
        var (breach, rule) = options.Events is { } events
            ? EventList.Play(stage, Finding.KeepOf(options.Course), events)
            : Judged(new Life(options.Course, options.Tempo, options.Faults!).Play(stage));
        stage.Trace.ForEach(step => output.WriteLine(step));
        output.WriteLine(breach == Breach.None ? "nothing is broken" : $"broken: {breach} {rule} {stage.Pipeline?.Complaint}");
        return breach == Breach.None ? 0 : 1;
    }

    private static (Breach, Rx.Vm.Lifecycle.VmRule) Judged(World world) => (world.Breach, world.Rule);
}
