using System.Globalization;

namespace Rx.Qmp.Tests.Limits;

/// <summary>How long tests may take. A test with a <c>Timeout</c> of its own keeps that.</summary>
internal sealed record TestLimits
{
    /// <summary>An asynchronous test. Generous: it is for a hang, on a machine that has other things to do as well.</summary>
    public TimeSpan Test { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>An asynchronous test of the slow lane.</summary>
    public TimeSpan SlowTest { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>Until the next test finishes, whichever it is. This ends what no timeout ends: code that does not await, and what does not listen.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>These, or what long runs and the tests of this mechanism itself set RX_TEST_LIMITS to: three numbers of seconds with commas.</summary>
    public static TestLimits Current { get; } = Parse(Environment.GetEnvironmentVariable("RX_TEST_LIMITS"));

    internal static TestLimits Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return new();
        }

        var limits = text.Split(',').Select(part => TimeSpan.FromSeconds(double.Parse(part, CultureInfo.InvariantCulture))).ToArray();
        return new() { Test = limits[0], SlowTest = limits[1], Silence = limits[2] };
    }
}
