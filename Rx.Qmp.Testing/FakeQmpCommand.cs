using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Rx.Qmp.Testing;

/// <summary>A command as a fake server received it.</summary>
public sealed class FakeQmpCommand
{
    private FakeQmpCommand(string raw, string name, JsonElement arguments, string? id, bool isOutOfBand)
    {
        Raw = raw;
        Name = name;
        Arguments = arguments;
        Id = id;
        IsOutOfBand = isOutOfBand;
    }

    /// <summary>The message as it came, without what surrounds it.</summary>
    public string Raw { get; }

    /// <summary>The command's name; empty where the message has none.</summary>
    public string Name { get; }

    /// <summary>Its arguments; undefined where it has none.</summary>
    public JsonElement Arguments { get; }

    /// <summary>Its id as JSON, as it came; null where it has none.</summary>
    public string? Id { get; }

    /// <summary>True when it was sent with exec-oob.</summary>
    public bool IsOutOfBand { get; }

    /// <summary>The descriptors that came with it, over a unix socket: those that came since the command before. The server closes them
    /// when it is disposed of.</summary>
    public ImmutableArray<SafeFileHandle> Descriptors { get; internal set; } = [];

    /// <summary>What a qmp_capabilities asks to enable; null for what is no text.</summary>
    internal IEnumerable<string?> EnabledCapabilities =>
        Arguments.ValueKind == JsonValueKind.Object && Arguments.TryGetProperty("enable", out var list)
            && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString() : null)
            : [];

    /// <summary>A successful reply to this command.</summary>
    /// <param name="value">The value as JSON.</param>
    /// <returns>The message, with this command's id.</returns>
    public string Return(string value = "{}") => QmpText.Return(value, Id);

    /// <summary>An error reply to this command.</summary>
    /// <param name="errorClass">The error's class.</param>
    /// <param name="description">The error's text.</param>
    /// <returns>The message, with this command's id.</returns>
    public string Error(string errorClass, string description) => QmpText.Error(errorClass, description, Id);

    /// <summary>The name only.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => Name;

    /// <summary>Reads a message; null when it is not valid JSON.</summary>
    internal static FakeQmpCommand? TryRead(ReadOnlySpan<byte> frame)
    {
        JsonElement root;
        try
        {
            var reader = new Utf8JsonReader(frame, new JsonReaderOptions { MaxDepth = 1024 });
            root = JsonElement.ParseValue(ref reader);
        }
        catch (JsonException)
        {
            return null;
        }

        var inBand = root.TryGetProperty("execute", out var name);
        var outOfBand = !inBand && root.TryGetProperty("exec-oob", out name);
        return new FakeQmpCommand(
            Encoding.UTF8.GetString(frame),
            name.ValueKind == JsonValueKind.String ? name.GetString()! : string.Empty,
            root.TryGetProperty("arguments", out var arguments) ? arguments : default,
            root.TryGetProperty("id", out var id) ? id.GetRawText() : null,
            outOfBand);
    }
}
