using Rx.Vm.Tests.Fuzz.Targets;

namespace Rx.Vm.Tests.Fuzz;

/// <summary>Random inputs: a slice of what <c>./rx fuzz</c> runs for longer, and every input that once failed.</summary>
[Slow]
public class FuzzTests(ITestOutputHelper output)
{
    // So many inputs of the cheapest target; the others get as many as their cost allows: six million in about a minute of one core.
#if DEBUG
    private const int Inputs = 60_000;
#else
    private const int Inputs = 1_800_000;
    private const int AtLeast = 6_000_000;
#endif
    private const ulong Seed = 20_150;

    public static TheoryData<string> Targets => [.. FuzzTargets.Names];

    public static TheoryData<string, string> Kept => new(
        FuzzTargets.Names.SelectMany(target => FuzzCorpus.Of(target).Select(kept => (target, kept.Name))));

    [Theory]
    [MemberData(nameof(Targets))]
    public void Random_inputs_do_no_harm(string target)
    {
        var code = FuzzTargets.New(target);
        var fuzzer = new Fuzzer(code, Seed, FuzzCorpus.Of(target).Select(c => c.Input));
        var finding = fuzzer.Run(Inputs / code.Cost);
        output.WriteLine($"seed {Seed}: {fuzzer.Executions:N0} inputs, {fuzzer.Bytes:N0} bytes, {fuzzer.Kinds:N0} kinds, "
            + $"digest {fuzzer.Digest:x16}");
        Assert.True(finding is null, finding?.ToString());
        Assert.True(fuzzer.Kinds > 10);
    }

    [Theory]
    [MemberData(nameof(Kept))]
    public void Kept_input_does_no_harm_however_it_is_cut(string target, string name)
    {
        var input = FuzzCorpus.Of(target).Single(kept => kept.Name == name).Input;
        var code = FuzzTargets.New(target);
        Assert.Null(Fuzzer.TryRun(code, input, out _));
        for (var cuts = 0; cuts <= byte.MaxValue; cuts++)
        {
            Assert.Null(Fuzzer.TryRun(code, [(byte)cuts, .. input.AsSpan(1)], out _));
        }
    }

#if !DEBUG
    [Fact]
    public void Six_million_inputs_are_run() =>
        Assert.True(FuzzTargets.Names.Sum(name => Inputs / FuzzTargets.New(name).Cost) >= AtLeast);
#endif

    [Fact]
    public void Every_target_has_inputs_that_are_kept() =>
        Assert.All(FuzzTargets.Names, name => Assert.NotEmpty(FuzzCorpus.Of(name)));

    [Theory]
    [MemberData(nameof(Targets))]
    public void The_same_seed_gives_the_same_inputs(string target)
    {
        ulong Digest(ulong seed)
        {
            var fuzzer = new Fuzzer(FuzzTargets.New(target), seed, FuzzCorpus.Of(target).Select(c => c.Input));
            Assert.Null(fuzzer.Run(500));
            return fuzzer.Digest;
        }

        Assert.Equal(Digest(1), Digest(1));
        Assert.NotEqual(Digest(1), Digest(2));
    }

    [Fact]
    public void However_it_is_cut_the_input_is_the_same_bytes()
    {
        var input = Enumerable.Range(0, 500).Select(i => (byte)i).ToArray();
        for (var how = 0; how <= byte.MaxValue; how++)
        {
            List<byte> bytes = [];
            var cuts = new Cuts((byte)how, input);
            while (cuts.Next(out var piece))
            {
                bytes.AddRange(piece);
            }

            Assert.Equal(input, bytes);
        }
    }
}
