using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Rx.Vm.Images;

/// <summary>How a tool ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="LastWords">The end of what it wrote, at most 2 KiB.</param>
internal readonly record struct ToolResult(int ExitCode, string LastWords);

/// <summary>Runs one external program with an argument vector, never a shell, and outlives it in every case.</summary>
internal static class ToolProcess
{
    private const int TailBytes = 2048;

    /// <summary>Starts the program, feeds it, and waits for its end. Cancellation kills it first and then throws.</summary>
    /// <param name="program">File name, looked up in PATH unless absolute.</param>
    /// <param name="debianPackage">Where the program comes from; named when it is missing.</param>
    /// <param name="subject">The image it is run for.</param>
    /// <param name="arguments">One element per argument.</param>
    /// <param name="feed">Writes the program's standard input; null for an empty one.</param>
    /// <param name="ct">Kills the program.</param>
    public static async Task<ToolResult> RunAsync(
        string program, string debianPackage, string subject, IEnumerable<string> arguments,
        Func<Stream, CancellationToken, Task>? feed, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        using var process = Start(program, debianPackage, subject, arguments);

        // At once and not at the next await: a write into a full pipe that nobody reads cannot be cancelled otherwise.
        using var kill = ct.UnsafeRegister(static p => Kill((Process)p!), process);
        try
        {
            var output = ReadTailAsync(process.StandardOutput.BaseStream, ct);
            var errors = ReadTailAsync(process.StandardError.BaseStream, ct);
            await FeedAsync(process, feed, ct).ConfigureAwait(false);
            var words = await Task.WhenAll(output, errors).ConfigureAwait(false);
            await process.WaitForExitAsync(ct).ConfigureAwait(false);
            ct.ThrowIfCancellationRequested();
            return new ToolResult(process.ExitCode, string.Join('\n', words.Where(w => w.Length > 0)));
        }
        catch
        {
            Kill(process);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    private static void Kill(Process process) => process.Kill(entireProcessTree: true);

    private static Process Start(string program, string debianPackage, string subject, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        foreach (var argument in arguments)
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
            throw new ImageException(ImageError.ToolMissing, subject,
                $"'{program}' cannot be started ({error.Message}); on Debian it is in the package {debianPackage}.", error);
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
        catch (IOException error) when (IsBrokenPipe(error))
        {
            // It stopped reading: its exit code and its last words say why.
        }
    }

    private static bool IsBrokenPipe(IOException error) =>
        (error.HResult & 0xffff) == Posix.ErrorBrokenPipe
        || error.InnerException is Win32Exception { NativeErrorCode: Posix.ErrorBrokenPipe };

    // Everything is read, so that the program never blocks on a full pipe, but only the end is kept.
    private static async Task<string> ReadTailAsync(Stream stream, CancellationToken ct)
    {
        var tail = new byte[2 * TailBytes];
        var length = 0;
        for (int read; (read = await stream.ReadAsync(tail.AsMemory(length), ct).ConfigureAwait(false)) > 0;)
        {
            length += read;
            if (length == tail.Length)
            {
                tail.AsSpan(TailBytes).CopyTo(tail);
                length = TailBytes;
            }
        }

        var start = Math.Max(0, length - TailBytes);
        return Encoding.UTF8.GetString(tail, start, length - start).Trim();
    }
}
