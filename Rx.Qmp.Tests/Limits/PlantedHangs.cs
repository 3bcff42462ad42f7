using System.Runtime.CompilerServices;
using Xunit.Sdk;
using Xunit.v3;

namespace Rx.Qmp.Tests.Limits;

/// <summary>Tests that hang, each in a way of its own. They exist for <see cref="TestLimitTests"/> alone, which runs them in a process
/// of its own; by name, since one that keeps its thread is the last of its class.</summary>
[TestMethodOrderer(typeof(ByName))]
public class PlantedHangs
{
    [PlantedFact]
    public void A_test_that_ends()
    {
        // So that a result is there that the hanging ones must not take away.
    }

    [PlantedFact]
    public Task Awaits_what_never_comes() => new TaskCompletionSource().Task;

    [PlantedFact]
    public void Blocks_its_thread()
    {
        using var never = new ManualResetEventSlim();
        never.Wait(CancellationToken.None);
    }

    [PlantedFact]
    public async Task Blocks_before_it_awaits()
    {
        Blocks_its_thread();
        await Task.Yield();
    }

    /// <summary>By the names of the methods.</summary>
    public sealed class ByName : ITestMethodOrderer
    {
        /// <inheritdoc/>
        public IReadOnlyCollection<TTestMethod?> OrderTestMethods<TTestMethod>(IReadOnlyCollection<TTestMethod?> testMethods)
            where TTestMethod : notnull, ITestMethod => [.. testMethods.OrderBy(test => test?.MethodName, StringComparer.Ordinal)];
    }
}

/// <summary>A class whose fixture hangs.</summary>
public class PlantedFixtureHang : IClassFixture<PlantedFixtureHang.Fixture>
{
    [PlantedFact]
    public void Is_never_reached()
    {
    }

    /// <summary>Never made.</summary>
    public sealed class Fixture
    {
        /// <summary>Hangs.</summary>
        public Fixture() => new PlantedHangs().Blocks_its_thread();
    }
}

/// <summary>A test that is found only where RX_PLANTED_HANGS is set.</summary>
internal sealed class PlantedFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : FactAttribute(file, line)
{
    /// <summary>The variable.</summary>
    public const string Variable = "RX_PLANTED_HANGS";

    /// <summary>Whether they are to be found.</summary>
    public static bool AreWanted { get; } = Environment.GetEnvironmentVariable(Variable) == "1";
}
