using System.Diagnostics;

namespace Rx.Vm.Tests.Packages;

/// <summary>Runs a program to its end; it and what it started are killed when the test gives up.</summary>
internal static class Tool
{
    private static readonly string DotnetFolder = Path.GetDirectoryName(Environment.ProcessPath)!;

    /// <summary>Runs it, expects exit code 0, and gives what it said on both streams.</summary>
    /// <param name="folder">Where it runs.</param>
    /// <param name="environment">Variables that are others than the test's; null removes one.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="ct">Kills it.</param>
    public static async Task<string> RunAsync(
        string folder, Dictionary<string, string?> environment, string[] command, CancellationToken ct)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        // A program that a package installs looks for the runtime there.
        start.Environment["DOTNET_ROOT"] = DotnetFolder;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var killed = ct.Register(() => process.Kill(entireProcessTree: true));
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var error = process.StandardError.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        var words = await output + await error;
        Assert.True(process.ExitCode == 0, $"'{string.Join(' ', command)}' ended with exit code {process.ExitCode}:\n{words}");
        return words;
    }
}
