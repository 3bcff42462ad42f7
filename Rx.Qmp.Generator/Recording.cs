using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Rx.Qmp.Generator;

/// <summary>Asks a QEMU about itself, and writes the answer in the form that is kept in Rx.Qmp/Schema: an entry per line.</summary>
internal static class Recording
{
    /// <summary>The longest answer taken, in characters; QEMU 7.2 gives 207 000.</summary>
    private const int LongestLine = 64 * 1024 * 1024;

    /// <summary>Starts the program, asks and ends it.</summary>
    /// <param name="qemu">The program.</param>
    /// <param name="limit">How long all of it may take.</param>
    /// <param name="time">Measures the limit.</param>
    /// <param name="cancelled">Gives up before that.</param>
    /// <exception cref="InvalidDataException">It refused, ended, said too much, or did not answer in time.</exception>
    public static async Task<byte[]> AskAsync(string qemu, TimeSpan limit, TimeProvider time, CancellationToken cancelled = default)
    {
        var start = new ProcessStartInfo(qemu, ["-machine", "none", "-nodefaults", "-display", "none", "-qmp", "stdio"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{qemu} did not start.");
        using var late = new CancellationTokenSource(limit, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancelled);
        try
        {
            return await TalkAsync(process, stop.Token);
        }
        catch (OperationCanceledException) when (!cancelled.IsCancellationRequested)
        {
            throw new InvalidDataException($"{qemu} did not answer within {limit.TotalSeconds} s.");
        }
        catch (IOException)
        {
            // It has closed its end of the pipe.
            throw new InvalidDataException("QEMU ended before it answered.");
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static async Task<byte[]> TalkAsync(Process process, CancellationToken stop)
    {
        // What was read beyond a line is the next one's beginning.
        var rest = new StringBuilder();
        using var greeting = await NextAsync(process, rest, "QMP", stop);
        await SayAsync(process, "qmp_capabilities", stop);
        using (await NextAsync(process, rest, "return", stop))
        {
        }

        await SayAsync(process, "query-qmp-schema", stop);
        using var reply = await NextAsync(process, rest, "return", stop);
        return Format(greeting.RootElement.GetProperty("QMP").GetProperty("version"), reply.RootElement.GetProperty("return"));
    }

    private static byte[] Format(JsonElement version, JsonElement entries)
    {
        var text = new StringBuilder();
        text.Append("{\"version\":").Append(Compact(version)).Append(",\n\"return\":[\n");
        text.AppendJoin(",\n", entries.EnumerateArray().Select(Compact)).Append("\n]}\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string Compact(JsonElement element)
    {
        using var output = new MemoryStream();
        using (var writer = new Utf8JsonWriter(output))
        {
            element.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static async Task SayAsync(Process process, string command, CancellationToken stop)
    {
        await process.StandardInput.WriteAsync($$"""{"execute":"{{command}}"}""".AsMemory(), stop).WaitAsync(stop);
        await process.StandardInput.FlushAsync(stop).WaitAsync(stop);
    }

    // Messages are lines here; events come between them.
    private static async Task<JsonDocument> NextAsync(Process process, StringBuilder rest, string member, CancellationToken stop)
    {
        while (await LineAsync(process.StandardOutput, rest, stop) is { } line)
        {
            var message = JsonDocument.Parse(line);
            if (message.RootElement.TryGetProperty(member, out _))
            {
                return message;
            }

            var isError = message.RootElement.TryGetProperty("error", out var error);
            var complaint = isError ? error.ToString() : string.Empty;
            message.Dispose();
            if (isError)
            {
                throw new InvalidDataException($"QEMU refused: {complaint}");
            }
        }

        throw new InvalidDataException("QEMU ended before it answered.");
    }

    // A read of a pipe does not always end when it is cancelled, but nobody waits for it any longer.
    private static async Task<string?> LineAsync(StreamReader output, StringBuilder rest, CancellationToken stop)
    {
        var piece = new char[64 * 1024];
        var end = rest.ToString().IndexOf('\n', StringComparison.Ordinal);
        while (end < 0)
        {
            var count = await output.ReadAsync(piece, stop).AsTask().WaitAsync(stop);
            if (count == 0)
            {
                return null;
            }

            var found = Array.IndexOf(piece, '\n', 0, count);
            end = found < 0 ? -1 : rest.Length + found;
            rest.Append(piece, 0, count);
            if (rest.Length > LongestLine)
            {
                throw new InvalidDataException("QEMU's answer is too long.");
            }
        }

        var line = rest.ToString(0, end);
        rest.Remove(0, end + 1);
        return line;
    }
}
