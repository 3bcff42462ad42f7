using System.Globalization;

namespace Rx.Qmp.Tests;

/// <summary>The seeds of random inputs: fixed, so that a run says something about the code and not about the day.</summary>
internal static class Seeds
{
    /// <summary>RX_SEED, or the test's own seed.</summary>
    public static int Wanted(int own)
    {
        string? wanted = Environment.GetEnvironmentVariable("RX_SEED");
        return string.IsNullOrEmpty(wanted) ? own : int.Parse(wanted, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
    }

    /// <summary>The same, and it is written into the test's output, which is shown when the test fails.</summary>
    public static int Of(int own)
    {
        var seed = Wanted(own);
        TestContext.Current.TestOutputHelper?.WriteLine($"RX_SEED={seed}");
        return seed;
    }

    /// <summary>So many random bytes, the same in every run.</summary>
    public static byte[] Bytes(int count, int own = 1)
    {
        var bytes = new byte[count];
        new Random(Of(own)).NextBytes(bytes);
        return bytes;
    }
}
