using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using Xunit.Runner.Common;
using Xunit.Sdk;
using Xunit.v3;

namespace Rx.Qmp.Tests.Limits;

/// <summary>A test that hangs is a failed test with a name. Shown on planted ones, in a process of its own.</summary>
[Slow]
public sealed partial class TestLimitTests : IDisposable
{
    private const int Limit = 120_000;

    private readonly string _results = Directory.CreateTempSubdirectory("rx-limits-").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_results, recursive: true);

    [Fact(Timeout = Limit)]
    public async Task A_hanging_test_fails_with_its_name_however_it_hangs_and_the_others_keep_their_results()
    {
        var (exitCode, output) = await RunAsync("PlantedHangs", TestContext.Current.CancellationToken);
        Assert.True(exitCode is not 0, output);
        Assert.Matches(@"Awaits_what_never_comes.*[\s\S]*timed out after 1000 milliseconds", output);
        Assert.Matches(@"hangs: .*Blocks_its_thread \(for \d+ s\)", output);
        Assert.Contains("Blocks_before_it_awaits", output, StringComparison.Ordinal);
        Assert.DoesNotContain("A_test_that_ends", output, StringComparison.Ordinal);
        Assert.Equal((1, 3), Counted(await File.ReadAllTextAsync(Path.Combine(_results, "hangs.trx"), TestContext.Current.CancellationToken)));
    }

    [Fact(Timeout = Limit)]
    public async Task A_fixture_that_hangs_ends_the_run_and_is_named()
    {
        var (exitCode, output) = await RunAsync("PlantedFixtureHang", TestContext.Current.CancellationToken);
        Assert.True(exitCode is not 0, output);
        Assert.Matches(@"under way: .*PlantedFixtureHang", output);
    }

    [Fact(Timeout = Limit)]
    public async Task Every_asynchronous_test_has_a_limit()
    {
        var without = new List<string>();
        await using var framework = new LimitedTestFramework();
        await framework.GetDiscoverer(typeof(TestLimitTests).Assembly).Find(
            found =>
            {
                if (found is IXunitTestCase test && test.Timeout == 0 && LimitedTestFramework.IsAsync(test.TestMethod.Method))
                {
                    without.Add(test.TestCaseDisplayName);
                }

                return new(true);
            },
            TestFrameworkOptionsForDiscovery(),
            null,
            TestContext.Current.CancellationToken);
        Assert.Empty(without);
    }

    [Fact]
    public void Tests_that_run_a_real_QEMU_have_the_limit_of_the_slow_lane_or_their_own() =>
        Assert.Empty(RealTests.WithoutLimit(typeof(TestLimitTests).Assembly));

    private static ITestFrameworkDiscoveryOptions TestFrameworkOptionsForDiscovery() =>
        TestFrameworkOptions.ForDiscovery(new TestAssemblyConfiguration());

    private async Task<(int ExitCode, string Output)> RunAsync(string classes, CancellationToken ct)
    {
        var dll = typeof(TestLimitTests).Assembly.Location;
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                dll, "--no-ansi", "--progress", "off", "--filter-class", $"*.{classes}", "--results-directory", _results,
                "--report-xunit-trx", "--report-xunit-trx-filename", "hangs.trx",
            },
            Environment = { ["RX_TEST_LIMITS"] = "1,1,10", [PlantedFactAttribute.Variable] = "1" },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
            await process.WaitForExitAsync(ct);
            return (process.ExitCode, string.Concat(said));
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static (int Passed, int Failed) Counted(string report)
    {
        var counters = Counters().Match(report).Value;
        int Of(string name) => int.Parse(Regex.Match(counters, $" {name}=\"(\\d+)\"").Groups[1].Value);
        return (Of("passed"), Of("failed") + Of("error") + Of("timeout"));
    }

    [GeneratedRegex("<Counters [^>]*>")]
    private static partial Regex Counters();
}
