using System.ComponentModel;
using System.Diagnostics;
using Rx.Vm.Images;

namespace Rx.Vm.Cli.Setup;

/// <summary>Programs of the system that set-up calls. Their last words are in the message when they fail.</summary>
internal static class SetupTool
{
    private const int MaxComplaint = 400;
    private const int NoSuchFile = 2;

    /// <summary>Runs a program to its end and gives its standard output.</summary>
    /// <param name="package">The Debian package it is in, for the message when it is missing.</param>
    /// <param name="folder">Where it runs, or null for here.</param>
    /// <param name="ct">Kills it.</param>
    /// <param name="command">The program and its arguments; no shell is involved.</param>
    /// <exception cref="ImageException">It is missing, or it ended with another code than 0.</exception>
    public static async Task<string> RunAsync(string package, string? folder, CancellationToken ct, params string[] command)
    {
        using var process = Start(package, folder, command);
        using var killed = ct.Register(() => End(process));
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var error = process.StandardError.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct).ConfigureAwait(false);
        if (process.ExitCode != 0)
        {
            var words = (await error.ConfigureAwait(false)).Trim();
            throw new ImageException(ImageError.BuildFailed, command[0],
                $"'{string.Join(' ', command)}' ended with exit code {process.ExitCode}: {(words.Length <= MaxComplaint ? words : words[^MaxComplaint..])}");
        }

        return await output.ConfigureAwait(false);
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended by itself.
        }
    }

    private static Process Start(string package, string? folder, string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? "",
        };
        start.Environment["LC_ALL"] = "C";
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e) when (e.NativeErrorCode == NoSuchFile && !command[0].Contains('/', StringComparison.Ordinal))
        {
            throw new ImageException(ImageError.ToolMissing, command[0],
                $"'{command[0]}' is missing; on Debian it is in the package {package}. See 'rxvm setup --help' for what can be given instead.");
        }
        catch (Win32Exception e)
        {
            throw new ImageException(
                ImageError.ToolMissing, command[0], $"'{command[0]}' can't be run: {new Win32Exception(e.NativeErrorCode).Message}");
        }
    }
}
