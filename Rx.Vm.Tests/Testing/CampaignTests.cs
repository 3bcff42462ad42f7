using System.Diagnostics;
using System.Globalization;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Tests.Testing;

/// <summary>
/// Thousands of random lives with random faults, each through the whole pipeline in virtual time. RX_SEED sets another seed, RX_LIVES
/// another number of lives; a life is found again by its own seed.
/// </summary>
[Slow]
public class CampaignTests(ITestOutputHelper output)
{
    private static readonly int Seed = Seeds.Wanted(20_150_915);
    private static readonly int Lives = FromEnvironment("RX_LIVES", 10_000);

    [Fact]
    public void Every_random_life_ends_in_order()
    {
        output.WriteLine($"seed {Seed}, {Lives} lives");
        var reasons = new SortedDictionary<VmReason, int>();
        var failures = new List<string>();
#pragma warning disable RS0030 // How fast it went is for people; nothing depends on it.
        var clock = Stopwatch.StartNew();
#pragma warning restore RS0030
        for (var i = 0; i < Lives && failures.Count < 10; i++)
        {
            if (Try(Seed + i, out var reason) is { } failure)
            {
                failures.Add(failure);
            }

            reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Lives / clock.Elapsed.TotalSeconds:0} lives a second"));
        output.WriteLine(string.Join(", ", reasons.Select(r => $"{r.Value} {r.Key}")));
        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
        Assert.True(Lives < 2_000 || reasons.Count >= 14, "the faults must reach most of the reasons there are");
    }

    [Fact]
    public void The_same_seed_gives_the_same_life_to_the_byte()
    {
        output.WriteLine($"seed {Seed}");
        var digests = new HashSet<string>();
        for (var i = 0; i < Lives / 10; i++)
        {
            var (first, second) = (new RandomLifecycle(Seed + i).Run(), new RandomLifecycle(Seed + i).Run());
            Assert.True(first == second, $"seed {Seed + i} gave two different lives");
            digests.Add(first);
        }

        Assert.True(digests.Count > Lives / 20, "different seeds must give different lives");
    }

    private static string? Try(int seed, out VmReason reason)
    {
        var life = new RandomLifecycle(seed);
        try
        {
            life.Run();
            reason = life.Reason;
            return null;
        }
        catch (Exception e)
        {
            reason = life.Reason;
            return $"RX_SEED={seed} RX_LIVES=1 [{life.Plan}]: {e}";
        }
    }

    private static int FromEnvironment(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;
}
