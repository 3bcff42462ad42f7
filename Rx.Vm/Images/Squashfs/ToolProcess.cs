using System.ComponentModel;
using System.Diagnostics;
using Rx.Vm.Native;

namespace Rx.Vm.Images;

/// <summary>A program to run, with an argument vector and never a shell.</summary>
/// <param name="Program">File name, looked up in PATH unless absolute.</param>
/// <param name="DebianPackage">Where the program comes from; named when it is missing.</param>
/// <param name="Subject">The image it is run for.</param>
/// <param name="Arguments">One element per argument.</param>
internal sealed record ToolCommand(string Program, string DebianPackage, string Subject, IReadOnlyList<string> Arguments);

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote on standard output, unless that was read elsewhere.</param>
/// <param name="Errors">What it wrote on standard error.</param>
internal sealed record ToolResult(int ExitCode, ToolOutput Output, ToolOutput Errors)
{
    /// <summary>The last it said.</summary>
    public string LastWords => string.Join(' ', new[] { Output.LastWords, Errors.LastWords }.Where(w => w.Length > 0));

    /// <summary>All it said, as lines.</summary>
    public IEnumerable<string> Lines => [.. Output.Lines, .. Errors.Lines];
}

/// <summary>Runs one external program and outlives it in every case.</summary>
internal static class ToolProcess
{
    /// <summary>
    /// Starts the program, feeds it, has its output read, and waits for its end. Cancellation, and a reader or feeder that fails, kill it first
    /// and then throw.
    /// </summary>
    /// <param name="command">The program.</param>
    /// <param name="feed">Writes the program's standard input; null for an empty one.</param>
    /// <param name="read">Reads the program's standard output; null to keep the beginning and the end of it.</param>
    /// <param name="ct">Kills the program.</param>
    public static async Task<ToolResult> RunAsync(
        ToolCommand command, Func<Stream, CancellationToken, Task>? feed, Func<Stream, CancellationToken, Task>? read, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        using var process = Start(command);

        // At once and not at the next await: a write into a full pipe that nobody reads cannot be cancelled otherwise.
        using var kill = ct.UnsafeRegister(static p => Kill((Process)p!), process);
        var (output, errors) = (new ToolOutput(), new ToolOutput());
        var reading = Task.WhenAll(
            ReadAsync(process, read ?? output.ReadAsync, ct),
            errors.ReadAsync(process.StandardError.BaseStream, ct));
        try
        {
            await FeedAsync(process, feed, ct).ConfigureAwait(false);
            await reading.ConfigureAwait(false);
            await process.WaitForExitAsync(ct).ConfigureAwait(false);
            ct.ThrowIfCancellationRequested();
            return new ToolResult(process.ExitCode, output, errors);
        }
        catch
        {
            Kill(process);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            await reading.ContinueWith(static _ => { }, TaskScheduler.Default).ConfigureAwait(false);
            throw;
        }
    }

    // A program whose output nobody reads any more would block, and with it whoever feeds it.
    private static async Task ReadAsync(Process process, Func<Stream, CancellationToken, Task> read, CancellationToken ct)
    {
        try
        {
            await read(process.StandardOutput.BaseStream, ct).ConfigureAwait(false);
        }
        catch
        {
            Kill(process);
            throw;
        }
    }

    private static void Kill(Process process) => process.Kill(entireProcessTree: true);

    private static Process Start(ToolCommand command)
    {
        var start = new ProcessStartInfo(command.Program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        foreach (var argument in command.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // Messages are matched, and SOURCE_DATE_EPOCH would change the result: nothing is inherited but the search path.
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["LC_ALL"] = "C";
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new ImageException(ImageError.ToolMissing, command.Subject,
                $"'{command.Program}' cannot be started ({error.Message}); on Debian it is in the package {command.DebianPackage}.", error);
        }
    }

    private static async Task FeedAsync(Process process, Func<Stream, CancellationToken, Task>? feed, CancellationToken ct)
    {
        var input = process.StandardInput.BaseStream;
        try
        {
            if (feed is not null)
            {
                await feed(input, ct).ConfigureAwait(false);
            }

            await input.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException error) when (PosixFiles.IsBrokenPipe(error))
        {
            // It stopped reading: its exit code and its last words say why.
        }
    }
}
