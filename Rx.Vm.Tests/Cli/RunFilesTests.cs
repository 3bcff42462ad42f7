using System.Globalization;
using System.Text.Json;
using Rx.Vm.Cli.Setup;
using Rx.Vm.Images;
using Rx.Vm.Journal;
using Rx.Vm.Tests.Images.Archives;
using Rx.Vm.Tests.Journal;

namespace Rx.Vm.Tests.Cli;

#pragma warning disable xUnit1069 // What the tests await watches the token.

/// <summary>The files that <c>rxvm</c> is given by name: pipes among them, and the same one twice.</summary>
[Slow]
public sealed class RunFilesTests : IDisposable
{
    private const int Limit = 120_000;
    private const int LastSignal = 64;

    private readonly SpecFile _spec = SpecFile.Shell("echo ready");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _spec.Dispose();

    [Theory(Timeout = Limit)]
    [InlineData("events")]
    [InlineData("spec")]
    public async Task A_pipe_without_another_end_holds_a_run_no_longer_than_its_time_limit(string which)
    {
        var result = await Rxvm.RunAsync([.. WithPipe(which), "--timeout", "0.5"]);

        Assert.Equal((124, "", "rxvm: the run was stopped after 0.5 s (--timeout)\n"), (result.ExitCode, result.Text, result.Error));
    }

    [Theory(Timeout = Limit)]
    [InlineData("events")]
    [InlineData("spec")]
    public async Task A_pipe_without_another_end_holds_a_run_only_until_a_signal(string which)
    {
        using var run = Rxvm.Start(WithPipe(which));
        await TakesSignalsAsync(run);

        run.Signal("TERM");

        var result = await run.EndAsync();
        Assert.Equal((143, "", ""), (result.ExitCode, result.Text, result.Error));
        Assert.Empty(result.Left);
    }

    [Fact(Timeout = Limit)]
    public async Task A_reader_that_comes_late_gets_every_state()
    {
        using var run = Rxvm.Start(WithPipe("events"));
        await TakesSignalsAsync(run);

        var lines = await File.ReadAllLinesAsync(_spec.In("pipe"), Ct);

        var result = await run.EndAsync();
        Assert.Equal((0, "ready\n"), (result.ExitCode, result.Text));
        Assert.Equal(("Preparing", "Gone"), (Field(lines[0], "phase"), Field(lines[^1], "phase")));
    }

    [Theory(Timeout = Limit)]
    [InlineData("--journal", "", "")]
    [InlineData("--journal", "old", "")]
    [InlineData("--journal", "old", "-s")]
    [InlineData("the spec", "spec", "-s")]
    [InlineData("the spec", "spec", "")]
    [InlineData("the spec", "spec", "-P")]
    public async Task Events_that_would_go_into_another_file_of_the_run_are_refused_and_nothing_is_lost(string name, string there, string link)
    {
        var file = name == "--journal" ? _spec.In("file") : _spec.Path;
        if (there == "old")
        {
            await File.WriteAllBytesAsync(file, Lives.Bytes(Lives.Random(1, 20).Recording), Ct);
        }

        var events = link.Length == 0 ? file : _spec.In("link");
        if (link.Length > 0)
        {
            Shell.Run("ln", link, file, events);
        }

        var before = File.Exists(file) ? await File.ReadAllBytesAsync(file, Ct) : [];

        var result = await Rxvm.RunAsync("run", "--driver", "sim", "--events", events, "--journal", _spec.In("file"), _spec.Path);

        Assert.Equal(
            (125, "", $"rxvm: --events {events}: is the same file as {name}: the events need one of their own\n"),
            (result.ExitCode, result.Text, result.Error));
        Assert.Equal(before, await File.ReadAllBytesAsync(file, Ct));
    }

    [Fact(Timeout = Limit)]
    public async Task Events_and_journal_tell_one_time()
    {
        var result = await Rxvm.RunAsync(
            "run", "--driver", "sim", "--events", _spec.In("events"), "--journal", _spec.In("journal"), _spec.Path);

        Assert.Equal(0, result.ExitCode);
        var journal = JournalFile.Read(_spec.In("journal"));
        var steps = journal.Entries.Select(entry => journal.Header.CreatedAt + entry.At).Prepend(journal.Header.CreatedAt).ToHashSet();
        Assert.All(File.ReadLines(_spec.In("events")), line => Assert.Contains(
            DateTimeOffset.Parse(Field(line, "at"), CultureInfo.InvariantCulture), steps));
    }

    [Fact(Timeout = Limit)]
    public async Task Events_replace_what_an_older_run_wrote_there()
    {
        await File.WriteAllTextAsync(_spec.In("events"), new string('x', 1 << 20), Ct);

        Assert.Equal(0, (await Rxvm.RunAsync("run", "--driver", "sim", "--events", _spec.In("events"), _spec.Path)).ExitCode);
        Assert.Equal("Gone", Field((await File.ReadAllLinesAsync(_spec.In("events"), Ct))[^1], "phase"));
    }

    [Fact(Timeout = Limit)]
    public async Task A_word_that_begins_with_at_is_a_name_and_no_file_of_words()
    {
        var result = await Rxvm.RunAsync("run", "--driver", "sim", $"@{_spec.Path}");

        Assert.Equal((125, ""), (result.ExitCode, result.Text));
        Assert.StartsWith($"rxvm: @{_spec.Path}: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("containers", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task A_busybox_that_is_a_pipe_is_refused_and_not_waited_for()
    {
        using var work = new TemporaryFolder();
        var pipe = NamedPipe.Make(_spec.In("pipe"));

        var refusal = await Assert.ThrowsAsync<ImageException>(() => Task.Run(() => BusyboxImage.WriteAsync(pipe, work, Ct), Ct).WaitAsync(Ct));

        Assert.Contains("no static program", refusal.Message, StringComparison.Ordinal);
    }

    private string[] WithPipe(string which)
    {
        var pipe = NamedPipe.Make(_spec.In("pipe"));
        return ["run", "--driver", "sim", .. which == "events" ? ["--events", pipe, _spec.Path] : (string[])[pipe]];
    }

    // It takes the last signal last, before it looks at any file.
    private static Task TakesSignalsAsync(Rxvm run) => Eventually.HoldsAsync(() =>
    {
        var caught = File.ReadLines($"/proc/{run.Pid}/status").Single(line => line.StartsWith("SigCgt:", StringComparison.Ordinal));
        return (ulong.Parse(caught.AsSpan(7).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1UL << (LastSignal - 1))) != 0;
    });

    private static string Field(string line, string name)
    {
        using var json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty(name).GetString()!;
    }
}
