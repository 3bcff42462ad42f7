using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rx.Qmp.Testing.Transcripts;

/// <summary>Writes the messages of one connection again, compact and without what a policy hides. Knows which reply belongs to which
/// command by its id.</summary>
internal sealed class Redactor(QmpRedaction policy)
{
    private const int MaxDepth = 1024;
    private const int MostInFlight = 1024;
    private const int LongestId = 64;

    private static readonly JsonWriterOptions Compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = MaxDepth + 8,
    };

    private readonly Dictionary<string, (string Command, bool Masked)> _inFlight = [];
    private readonly List<string> _members = [];
    private bool _masked;

    /// <summary>The message as it may be kept; null when it cannot be read.</summary>
    public byte[]? TryRewrite(QmpTranscriptSide from, ReadOnlySpan<byte> frame)
    {
        _members.Clear();
        try
        {
            var reader = new Utf8JsonReader(frame, new JsonReaderOptions { MaxDepth = MaxDepth });
            var root = JsonElement.ParseValue(ref reader);
            var output = new ArrayBufferWriter<byte>(frame.Length + 16);
            using (var writer = new Utf8JsonWriter(output, Compact))
            {
                writer.WriteStartObject();
                if (from == QmpTranscriptSide.Client)
                {
                    WriteCommand(writer, root);
                }
                else
                {
                    WriteAnswer(writer, root);
                }

                writer.WriteEndObject();
            }

            return output.WrittenSpan.ToArray();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or ArgumentException)
        {
            // Not JSON, or text that is no text: half a surrogate pair, broken UTF-8.
            return null;
        }
    }

    private static string? Text(JsonElement root, string member) =>
        root.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Id(JsonElement root) => root.TryGetProperty("id", out var id) ? id.GetRawText() : null;

    private void WriteCommand(Utf8JsonWriter writer, JsonElement root)
    {
        var command = Text(root, "execute") ?? Text(root, "exec-oob") ?? string.Empty;
        var rules = policy.RulesFor(RedactionPlace.Arguments, command);
        _masked = false;
        foreach (var member in root.EnumerateObject())
        {
            writer.WritePropertyName(member.Name);
            switch (member.Name)
            {
                case "execute" or "exec-oob" when member.Value.ValueKind == JsonValueKind.String:
                    member.Value.WriteTo(writer);
                    break;
                case "arguments":
                    Write(writer, member.Value, rules, policy.Allows(command));
                    break;
                case "id":
                    WriteId(writer, member.Value);
                    break;
                default:
                    Write(writer, member.Value, [], allowed: false);
                    break;
            }
        }

        Remember(Id(root), command);
    }

    private void WriteAnswer(Utf8JsonWriter writer, JsonElement root)
    {
        var isReply = root.TryGetProperty("return", out _) || root.TryGetProperty("error", out _);
        var (command, masked) = isReply && Id(root) is { } id && _inFlight.Remove(id, out var found) ? found : (string.Empty, true);
        var name = Text(root, "event") ?? string.Empty;
        foreach (var member in root.EnumerateObject())
        {
            writer.WritePropertyName(member.Name);
            switch (member.Name)
            {
                case "QMP" or "timestamp" or "event":
                    member.Value.WriteTo(writer);
                    break;
                case "return":
                    Write(writer, member.Value, policy.RulesFor(RedactionPlace.Return, command), policy.Allows(command));
                    break;
                case "data":
                    Write(writer, member.Value, policy.RulesFor(RedactionPlace.Data, name), allowed: true);
                    break;
                case "error":
                    WriteError(writer, member.Value, masked);
                    break;
                case "id":
                    WriteId(writer, member.Value);
                    break;
                default:
                    Write(writer, member.Value, [], allowed: false);
                    break;
            }
        }
    }

    private static void WriteId(Utf8JsonWriter writer, JsonElement id)
    {
        if (id.ValueKind is JsonValueKind.Number or JsonValueKind.String or JsonValueKind.Null && id.GetRawText().Length <= LongestId)
        {
            id.WriteTo(writer);
        }
        else
        {
            writer.WriteStringValue(QmpRedaction.Mask);
        }
    }

    private void WriteError(Utf8JsonWriter writer, JsonElement error, bool masked)
    {
        if (error.ValueKind != JsonValueKind.Object)
        {
            Write(writer, error, [], allowed: false);
            return;
        }

        writer.WriteStartObject();
        foreach (var member in error.EnumerateObject())
        {
            writer.WritePropertyName(member.Name);
            var known = member.Name == "class" || (member.Name == "desc" && !masked);
            Write(writer, member.Value, [], known);
        }

        writer.WriteEndObject();
    }

    private void Remember(string? id, string command)
    {
        if (id is null)
        {
            return;
        }

        if (_inFlight.Count >= MostInFlight)
        {
            // A server that answers nothing; the replies, should they come, are masked.
            _inFlight.Clear();
        }

        _inFlight[id] = (command, _masked);
    }

    private void Write(Utf8JsonWriter writer, JsonElement value, ImmutableArray<RedactionRule> rules, bool allowed)
    {
        if (value.ValueKind != JsonValueKind.Null && IsHidden(value, rules))
        {
            WriteMask(writer);
            return;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    _members.Add(member.Name);
                    Write(writer, member.Value, rules, allowed);
                    _members.RemoveAt(_members.Count - 1);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var element in value.EnumerateArray())
                {
                    Write(writer, element, rules, allowed);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.Null:
                writer.WriteNullValue();
                break;
            default:
                if (allowed)
                {
                    value.WriteTo(writer);
                }
                else
                {
                    WriteMask(writer);
                }

                break;
        }
    }

    private bool IsHidden(JsonElement value, ImmutableArray<RedactionRule> rules)
    {
        foreach (var rule in rules)
        {
            if (rule.Covers(_members)
                && (rule.OnlyIf is null || (value.ValueKind == JsonValueKind.String && rule.OnlyIf(value.GetString()!))))
            {
                return true;
            }
        }

        return false;
    }

    private void WriteMask(Utf8JsonWriter writer)
    {
        _masked = true;
        writer.WriteStringValue(QmpRedaction.Mask);
    }
}
