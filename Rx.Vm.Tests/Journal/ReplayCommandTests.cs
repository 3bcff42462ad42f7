using System.CommandLine;
using System.Xml.Linq;
using Microsoft.Reactive.Testing;
using Rx.Vm.Cli.Commands;
using Rx.Vm.Journal;
using Rx.Vm.Testing;
using Rx.Vm.Lifecycle;
using Rx.Vm.Tests.Testing;

namespace Rx.Vm.Tests.Journal;

/// <summary>
/// <c>rxvm replay</c> on a journal that is kept in the repository: <c>replay.journal</c>, one pod in a simulated machine.
/// RX_SNAPSHOTS=write records it anew, which is right after a change of the rules only.
/// </summary>
[Slow]
public sealed class ReplayCommandTests : IDisposable
{
    private const string Folder = "Rx.Vm.Tests/Journal";

    private readonly JournalDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_kept_journal_is_what_the_rules_make_of_that_life_today() =>
        Snapshot.AssertBytes($"{Folder}/replay.journal", Lives.Bytes(Record()));

    [Fact]
    public void It_is_shown_as_marbles_and_as_a_table()
    {
        var result = Replay(Kept());

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Snapshot.AssertFile($"{Folder}/replay.txt", result.Output);
    }

    // A lane for each source of events, a marble for each event and each phase; how they look is a matter of the drawing.
    [Fact]
    public void It_is_drawn()
    {
        Assert.Equal(0, Replay(Kept(), "--svg", _directory.In("x.svg")).ExitCode);

        var texts = XDocument.Load(_directory.In("x.svg")).Descendants().Where(e => e.Name.LocalName == "text")
            .ToLookup(e => (string?)e.Attribute("class"), e => e.Value);
        var replay = JournalReplay.Run(JournalFile.Read(Kept()));
        Assert.Equal(["requests", "process", "monitor", "guest", "devices", "resources", "deadlines", "phases"], texts["title"]);
        Assert.Equal(
            JournalMarbles.Events(replay).Values.Select(kind => kind.ToString())
                .Concat(JournalMarbles.Phases(replay).Values.Select(phase => phase.ToString())).Order(),
            texts["label"].Order());
    }

    // The kept test is compiled and run with all the others.
    [Fact]
    public void It_becomes_a_test_that_compiles_and_passes()
    {
        var replay = JournalReplay.Run(JournalFile.Read(Kept()));

        Assert.Equal((0, JournalTest.Write(replay, "Name_1"), ""), Replay(Kept(), "--as-test", "Name_1"));
        Snapshot.AssertFile(
            $"{Folder}/{nameof(RecordedLifeTests)}.cs", JournalTest.Write(replay, nameof(RecordedLifeTests), "Rx.Vm.Tests.Journal"));
    }

    [Fact]
    public void A_difference_is_told_by_its_first_step()
    {
        var recording = Record();
        var entry = recording.Entries[4];
        var forged = recording with
        {
            Entries = recording.Entries.SetItem(4, entry with { Outcome = entry.Outcome with { Effects = VmEffects.KillProcess } }),
        };

        var result = Replay(Write(Lives.Bytes(forged)));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("different: event 5, ", result.Output, StringComparison.Ordinal);
        Assert.Contains("effects KillProcess", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("event 5 came out differently\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_torn_tail_is_told_and_forgiven()
    {
        var bytes = Lives.Bytes(Record());
        var path = Write(bytes[..^5]);

        var result = Replay(path);

        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith($"rxvm: {path}: torn at offset ", result.Error, StringComparison.Ordinal);
        Assert.Contains($"equal: {Record().Entries.Length - 1} of ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Damage_is_told_and_not_forgiven()
    {
        var bytes = Lives.Bytes(Record());
        var at = Lives.Records(bytes)[6];
        bytes[at + 10] ^= 1;

        var result = Replay(Write(bytes));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(
            FormattableString.Invariant($"damaged at offset {at}: a record of "), result.Error, StringComparison.Ordinal);
        Assert.Contains(
            FormattableString.Invariant($"; {bytes.Length - at} bytes from there on are not read"), result.Error, StringComparison.Ordinal);
        Assert.Contains("equal: 5 of 5 events", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gap_is_told_and_not_forgiven()
    {
        var recording = Record();

        var result = Replay(Write(Lives.Bytes(recording with { Entries = recording.Entries.RemoveRange(3, 2) })));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("events 4 to 5 are missing; nothing after that can be replayed", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/no/such/journal", null, null)]
    [InlineData(null, "--as-test", "not a name")]
    [InlineData(null, "--as-test", "1st")]
    [InlineData(null, "--svg", "/no/such/dir/x.svg")]
    public void What_can_not_be_done_is_one_line_and_125(string? file, string? option, string? value)
    {
        var result = option is null ? Replay(file!) : Replay(Kept(), option, value!);

        Assert.Equal((125, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("rxvm: ", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void A_life_too_long_for_a_picture_is_still_shown()
    {
        var path = Write(Lives.Bytes(Lives.Random(1, JournalMarbles.MaxEvents + 1).Recording));

        Assert.Equal(125, Replay(path, "--svg", _directory.In("x.svg")).ExitCode);
        Assert.False(File.Exists(_directory.In("x.svg")));
        Assert.Contains("events  1001, too many for a diagram\n", Replay(path).Output, StringComparison.Ordinal);
    }

    // Two containers, an exec, a stop: something of every source of events. The last request is a deadline's.
    private static JournalRecording Record()
    {
        var world = new SimulatedWorld();
        var (vm, _) = world.Running(
            SimulatedWorld.Pod(SimulatedWorld.Container("sleep", "100") with { Name = "web" }), KeepMode.AfterFinish);
        world.Advance(0.25);
        var exec = vm.Exec("web", "true");
        world.AdvanceUntil(() => exec.IsCompleted, TimeSpan.FromSeconds(5));
        world.Advance(31);
        var stopped = vm.Stop();
        world.AdvanceUntil(() => stopped.IsCompleted, TimeSpan.FromSeconds(60));
        var gone = vm.ShutDown();
        world.AdvanceUntil(() => gone.IsCompleted, TimeSpan.FromSeconds(60));
        world.Advance(1);
        return vm.Journal.Snapshot();
    }

    private static string Kept() => Snapshot.Locate($"{Folder}/replay.journal");

    private string Write(byte[] bytes) => _directory.Write("x.journal", bytes);

    private static (int ExitCode, string Output, string Error) Replay(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = ReplayCommand.Create().Parse(arguments).Invoke(new InvocationConfiguration { Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }
}
