using CsCheck;

namespace Rx.Vm.Tests;

/// <summary>CsCheck draws other samples in each run; these are the same in every one.</summary>
internal static class FixedSamples
{
    /// <summary>Checks so many samples of a generator. One that fails is handed to CsCheck, which shrinks it and tells its own seed.</summary>
    public static void Each<T>(this Gen<T> samples, int seed, int count, Action<T> check, Func<T, string>? print = null)
    {
        var random = new PCG(1, (ulong)Seeds.Of(seed));
        for (var i = 0; i < count; i++)
        {
            var state = random.State;
            var sample = samples.Generate(random, null, out _);
            try
            {
                check(sample);
            }
            catch
            {
                samples.Sample(check, seed: random.ToString(state), iter: count, threads: 1, print: print);
                throw;
            }
        }
    }
}
