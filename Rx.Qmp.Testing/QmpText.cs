using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rx.Qmp.Testing;

/// <summary>Messages of a server as QEMU writes them, each ended by a line break.</summary>
public static class QmpText
{
    private const string LineEnd = "\r\n";

    private static readonly JsonWriterOptions PrettyOptions = new()
    {
        Indented = true, IndentSize = 4, NewLine = LineEnd, MaxDepth = 1024, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A greeting.</summary>
    /// <param name="major">First number of the version.</param>
    /// <param name="minor">Second number.</param>
    /// <param name="micro">Third number.</param>
    /// <param name="package">The packager's text.</param>
    /// <param name="capabilities">What is on offer.</param>
    /// <returns>The message.</returns>
    public static string Greeting(int major, int minor, int micro, string package, IEnumerable<string> capabilities) =>
        $$$"""{"QMP": {"version": {"qemu": {"micro": {{{micro}}}, "minor": {{{minor}}}, "major": {{{major}}}}, "package": """
            + Quoted(package) + $$$"""}, "capabilities": [{{{string.Join(", ", capabilities.Select(Quoted))}}}]}}""" + LineEnd;

    /// <summary>A successful reply.</summary>
    /// <param name="value">The value as JSON.</param>
    /// <param name="id">The id as JSON; null: none.</param>
    /// <returns>The message.</returns>
    public static string Return(string value = "{}", string? id = null) => $$"""{"return": {{value}}{{Member(id)}}}""" + LineEnd;

    /// <summary>An error reply.</summary>
    /// <param name="errorClass">The error's class.</param>
    /// <param name="description">The error's text.</param>
    /// <param name="id">The id as JSON; null: none, as in an answer to what could not be parsed.</param>
    /// <returns>The message.</returns>
    public static string Error(string errorClass, string description, string? id = null) =>
        (id is null ? "{" : $$"""{"id": {{id}}, """)
            + "\"error\": {\"class\": " + Quoted(errorClass) + ", \"desc\": " + Quoted(description) + "}}" + LineEnd;

    /// <summary>An event.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="data">Its data as JSON; null: none.</param>
    /// <param name="timestamp">When it happened; null: as from a host whose clock failed.</param>
    /// <returns>The message.</returns>
    public static string Event(string name, string? data = null, DateTimeOffset? timestamp = null)
    {
        var (seconds, rest) = timestamp is { } at
            ? Math.DivRem((at - DateTimeOffset.UnixEpoch).Ticks, TimeSpan.TicksPerSecond)
            : (-1, -TimeSpan.TicksPerMicrosecond);
        var time = $$"""{"seconds": {{seconds}}, "microseconds": {{rest / TimeSpan.TicksPerMicrosecond}}}""";
        return $$"""{"timestamp": {{time}}, "event": {{Quoted(name)}}{{(data is null ? "" : $", \"data\": {data}")}}}""" + LineEnd;
    }

    /// <summary>The same message in another style; text that is no JSON stays as it is.</summary>
    internal static string Styled(string message, FakeQmpStyle style)
    {
        switch (style)
        {
            case FakeQmpStyle.NoNewlines:
                return message.TrimEnd('\r', '\n');
            case FakeQmpStyle.Pretty when TryParse(message) is { } parsed:
                using (var document = parsed)
                using (var bytes = new MemoryStream())
                {
                    using (var writer = new Utf8JsonWriter(bytes, PrettyOptions))
                    {
                        document.RootElement.WriteTo(writer);
                    }

                    return Encoding.UTF8.GetString(bytes.ToArray()) + LineEnd;
                }

            default:
                return message;
        }
    }

    /// <summary>A reply of a script that names no id, completed by the command's; anything else as it is.</summary>
    internal static string WithId(string message, string? id)
    {
        if (id is null)
        {
            return message;
        }

        using var document = TryParse(message);
        if (document?.RootElement is not { ValueKind: JsonValueKind.Object } root)
        {
            return message;
        }

        var isReply = root.TryGetProperty("return", out _) || root.TryGetProperty("error", out _);
        return isReply && !root.TryGetProperty("id", out _)
            ? message[..message.LastIndexOf('}')] + Member(id) + "}" + LineEnd
            : message;
    }

    private static JsonDocument? TryParse(string message)
    {
        try
        {
            return JsonDocument.Parse(message, new JsonDocumentOptions { MaxDepth = 1024 });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Text as a JSON string.</summary>
    internal static string Quoted(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";

    private static string Member(string? id) => id is null ? string.Empty : $", \"id\": {id}";
}
