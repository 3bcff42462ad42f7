using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Rx.Qmp.Generator;

/// <summary>Asks a QEMU about itself, and writes the answer in the form that is kept in Rx.Qmp/Schema: an entry per line.</summary>
internal static class Recording
{
    /// <summary>The longest answer taken, in characters; QEMU 7.2 gives 207 000.</summary>
    private const int LongestLine = 64 * 1024 * 1024;

    /// <summary>Starts the program, asks and lets it quit.</summary>
    public static byte[] Ask(string qemu)
    {
        var start = new ProcessStartInfo(qemu, ["-machine", "none", "-nodefaults", "-display", "none", "-qmp", "stdio"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{qemu} did not start.");
        try
        {
            using var greeting = Next(process, "QMP");
            Say(process, "qmp_capabilities");
            using (Next(process, "return"))
            {
            }

            Say(process, "query-qmp-schema");
            using var reply = Next(process, "return");
            Say(process, "quit");
            return Format(greeting.RootElement.GetProperty("QMP").GetProperty("version"), reply.RootElement.GetProperty("return"));
        }
        finally
        {
            process.StandardInput.Close();
            process.Kill();
            process.WaitForExit();
        }
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

    private static void Say(Process process, string command)
    {
        process.StandardInput.Write($$"""{"execute":"{{command}}"}""");
        process.StandardInput.Flush();
    }

    // Messages are lines here; events come between them.
    private static JsonDocument Next(Process process, string member)
    {
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.Length > LongestLine)
            {
                throw new InvalidDataException("QEMU's answer is too long.");
            }

            var message = JsonDocument.Parse(line);
            if (message.RootElement.TryGetProperty(member, out _))
            {
                return message;
            }

            bool isError = message.RootElement.TryGetProperty("error", out var error);
            string complaint = isError ? error.ToString() : string.Empty;
            message.Dispose();
            if (isError)
            {
                throw new InvalidDataException($"QEMU refused: {complaint}");
            }
        }

        throw new InvalidDataException("QEMU ended before it answered.");
    }
}
