using System.Globalization;
using Rx.Vm;

namespace Rx.Benchmarks.Embed;

/// <summary>
/// What somebody who embeds the library asks for, measured with real machines: how long until there is output, how fast the streams are,
/// what a machine costs. Prints one line of JSON for each figure.
/// </summary>
internal static class EmbedLoad
{
    public static async Task<int> RunAsync(string[] args)
    {
        EmbedOptions options;
        try
        {
            options = EmbedOptions.Parse(args);
        }
        catch (ArgumentException wrong)
        {
            await Console.Error.WriteLineAsync($"{wrong.Message}\n{EmbedOptions.Usage}");
            return 2;
        }

        try
        {
            await using var host = await VmHost.OpenAsync();
            foreach (var scenario in EmbedScenarios.All.Where(one => options.Only is null || one.Name == options.Only))
            {
                foreach (var figure in await scenario.Run(host, options))
                {
                    Console.WriteLine(Line(figure));
                }
            }

            return 0;
        }
        catch (RxVmException fault)
        {
            await Console.Error.WriteLineAsync($"{fault.Message}\n'./rx setup' makes what is missing; '--count 1' tries everything once.");
            return 1;
        }
    }

    private static string Line(EmbedFigure figure)
    {
        double[] sorted = [.. figure.Samples.Order()];
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"what": "{{figure.Name}}", "unit": "{{figure.Unit}}", "n": {{sorted.Length}}, "median": {{median:0.##}},"""
            + $$""" "least": {{sorted[0]:0.##}}, "most": {{sorted[^1]:0.##}}, "load": {{HostFacts.Load}}, "commit": "{{HostFacts.Commit}}"}""");
    }
}
