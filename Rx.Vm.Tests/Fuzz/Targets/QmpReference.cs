using System.Text.Json;
using Rx.Qmp;

namespace Rx.Vm.Tests.Fuzz.Targets;

/// <summary>What messages are by the framework's own JSON reader, as slow and plain as can be.</summary>
internal static class QmpReference
{
    private static readonly string[] Kinds = ["event", "return", "error", "QMP"];
    private static readonly string[] Routing = [.. Kinds, "id", "data", "timestamp"];

    /// <summary>
    /// How long the object is that <paramref name="bytes"/> begin with: null when they begin with none that is sound JSON so far, 0 when
    /// its end has not come.
    /// </summary>
    public static int? ObjectLength(ReadOnlySpan<byte> bytes, int maxDepth)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes, isFinalBlock: false, new JsonReaderState(new() { MaxDepth = maxDepth }));
            return reader.Read() && reader.TrySkip() ? (int)reader.BytesConsumed : 0;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What a message must be taken for.</summary>
    public static MessageKind Kind(ReadOnlySpan<byte> frame, int maxDepth)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(frame.ToArray(), new() { MaxDepth = maxDepth });
        }
        catch (JsonException)
        {
            return MessageKind.Malformed;
        }

        using (document)
        {
            var members = document.RootElement.EnumerateObject()
                .Select(m => (Name: Name(m), m.Value)).Where(m => Routing.Contains(m.Name)).ToList();
            var kinds = members.Where(m => Kinds.Contains(m.Name)).ToList();
            return members.DistinctBy(m => m.Name).Count() < members.Count || kinds.Count > 1 ? MessageKind.Malformed
                : kinds.Count == 0 ? MessageKind.Unknown
                : kinds[0].Name switch
                {
                    "event" => kinds[0].Value.ValueKind == JsonValueKind.String ? MessageKind.Event : MessageKind.Malformed,
                    "return" => MessageKind.Return,
                    "error" => MessageKind.Error,
                    _ => MessageKind.Greeting,
                };
        }
    }

    private static string Name(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }
}
