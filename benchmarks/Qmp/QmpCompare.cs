using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Rx.Qmp;

namespace Rx.Benchmarks.Qmp;

/// <summary>
/// The client beside a limit written in another language, against one server, in turns: each round measures every row with both. What the
/// machine is busy with changes from minute to minute and hits both of a round alike, so only their ratio is worth keeping; of these the
/// median is printed, one line of JSON a row.
/// </summary>
internal static class QmpCompare
{
    /// <summary>What this client does, and what the limit is asked to do beside it.</summary>
    public static (string Name, string[] Own, string[] Limit)[] Rows { get; } =
    [
        ("async", ["--mode", "async"], ["seq", "200000"]),
        ("async-inline", ["--mode", "async", "--inline"], ["seq", "200000"]),
        ("pipe", ["--mode", "pipe"], ["pipe", "1000000", "64"]),
        ("events", ["--mode", "events"], ["events-scan", "1000000"]),
        ("filtered", ["--mode", "filtered"], ["events-scan", "1000000"]),
        ("schema", ["--mode", "schema"], ["schema-scan", "1000"]),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        QmpCompareOptions options;
        try
        {
            options = QmpCompareOptions.Parse(args);
        }
        catch (ArgumentException wrong)
        {
            await Console.Error.WriteLineAsync($"{wrong.Message}\n{QmpCompareOptions.Usage}");
            return 2;
        }

        var directory = Directory.CreateTempSubdirectory("qmp-compare-");
        var socket = Path.Combine(directory.FullName, "qmp.sock");
        var schema = Path.Combine(directory.FullName, "schema.json");
        await File.WriteAllBytesAsync(schema, RecordedSchema.Load());
        using var server = Process.Start(new ProcessStartInfo(options.Server, [socket, "--schema", schema]))!;
        try
        {
            // It is there when it answers; the limit does not wait for it.
            await using (await QmpClient.ConnectAsync(socket))
            {
            }

            await MeasureAsync(options, socket);
            return 0;
        }
        catch (Exception fault) when (fault is QmpException or InvalidOperationException or JsonException)
        {
            await Console.Error.WriteLineAsync(fault.Message);
            return 1;
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
            directory.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(QmpCompareOptions options, string socket)
    {
        var rows = Rows.Where(row => options.Only is null || row.Name == options.Only).ToArray();
        var measured = rows.ToDictionary(row => row.Name, _ => new List<(double Own, double Limit)>());
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var (name, own, limit) in rows)
            {
                var ours = await RateAsync(Self(), [.. SelfArguments(), "qmp", "--socket", socket, .. own], "per_second");
                measured[name].Add((ours, await RateAsync(options.Limit, [socket, .. limit], "per_sec")));
            }
        }

        foreach (var (name, rates) in measured)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"row": "{{name}}", "rounds": {{rates.Count}}, "per_second": {{Median(rates, r => r.Own):F0}},"""
                + $$""" "limit": {{Median(rates, r => r.Limit):F0}}, "ratio": {{Median(rates, Ratio):F2}},"""
                + $$""" "least": {{rates.Min(Ratio):F2}}, "most": {{rates.Max(Ratio):F2}},"""
                + $$""" "load": {{HostFacts.Load}}, "commit": "{{HostFacts.Commit}}"}"""));
        }
    }

    private static double Ratio((double Own, double Limit) rates) => rates.Own / rates.Limit;

    private static double Median<T>(List<T> items, Func<T, double> select)
    {
        double[] sorted = [.. items.Select(select).Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    // The figure of a program that prints one line of JSON.
    private static async Task<double> RateAsync(string program, string[] arguments, string member)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
        }

        using var line = JsonDocument.Parse(output);
        return line.RootElement.GetProperty(member).GetDouble();
    }

    // 'dotnet run' starts the program itself, 'dotnet benchmarks.dll' starts dotnet.
    private static string Self() => Environment.ProcessPath!;

    private static string[] SelfArguments() =>
        Path.GetFileNameWithoutExtension(Self()) == "dotnet" ? [Path.Combine(AppContext.BaseDirectory, "benchmarks.dll")] : [];
}
