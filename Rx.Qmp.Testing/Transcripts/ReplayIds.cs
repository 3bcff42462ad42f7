using System.Text;
using System.Text.Json;

namespace Rx.Qmp.Testing.Transcripts;

/// <summary>Compares what a client sends with what was recorded, and gives the recorded replies the ids it really used.</summary>
internal sealed class ReplayIds
{
    private readonly Dictionary<string, string?> _actual = [];

    /// <summary>How a command differs from the recorded one; null: not at all, and its id is remembered.</summary>
    public string? Match(QmpTranscriptEntry recorded, FakeQmpCommand command)
    {
        if (recorded.Kind != QmpTranscriptKind.Message)
        {
            // Of a message that was too long all that is known is that there was one.
            return recorded.Kind == QmpTranscriptKind.Omitted ? null : "the client's bytes here were not recorded";
        }

        var expected = Parse(recorded.Message.Span);
        if (JsonDifference.Find(expected, Parse(Encoding.UTF8.GetBytes(command.Raw)), ignored: "id") is { } difference)
        {
            return difference;
        }

        if (expected.TryGetProperty("id", out var id))
        {
            _actual[id.GetRawText()] = command.Id;
        }

        return null;
    }

    /// <summary>A recorded message of the server under the id the client gave the command.</summary>
    public string Translate(QmpTranscriptEntry recorded)
    {
        var root = Parse(recorded.Message.Span);
        if (!root.TryGetProperty("id", out var id) || _actual.GetValueOrDefault(id.GetRawText()) is not { } actual
            || actual == id.GetRawText())
        {
            return Encoding.UTF8.GetString(recorded.Message.Span);
        }

        var members = root.EnumerateObject()
            .Select(member => $"{QmpText.Quoted(member.Name)}: {(member.Name == "id" ? actual : member.Value.GetRawText())}");
        return "{" + string.Join(", ", members) + "}";
    }

    private static JsonElement Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1024 });
        return JsonElement.ParseValue(ref reader);
    }
}
