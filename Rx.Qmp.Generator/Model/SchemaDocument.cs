using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

namespace Rx.Qmp.Generator.Model;

/// <summary>An introspection reply: commands and events in the server's order, and the types they use.</summary>
internal sealed class SchemaDocument
{
    private readonly FrozenDictionary<string, Entry> _types;

    private SchemaDocument(ImmutableArray<Entry> entries, string version)
    {
        Version = version;
        Commands = [.. entries.Where(entry => entry.Kind == EntryKind.Command)];
        Events = [.. entries.Where(entry => entry.Kind == EntryKind.Event)];
        _types = entries.Where(entry => entry.Kind is not (EntryKind.Command or EntryKind.Event))
            .ToFrozenDictionary(entry => entry.Name, StringComparer.Ordinal);
        Types = [.. entries.Where(entry => _types.GetValueOrDefault(entry.Name) == entry)];
    }

    /// <summary>Where the reply came from, such as 7.2.22; empty if the file does not say.</summary>
    public string Version { get; }

    public ImmutableArray<Entry> Commands { get; }

    public ImmutableArray<Entry> Events { get; }

    public ImmutableArray<Entry> Types { get; }

    /// <summary>The type of that name.</summary>
    public Entry Type(string name) =>
        _types.TryGetValue(name, out var entry) ? entry : throw new InvalidDataException($"The schema has no type {name}.");

    /// <summary>Reads a recorded file, a reply as QEMU sent it, or the array alone.</summary>
    public static SchemaDocument Parse(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var version = string.Empty;
        if (root.ValueKind == JsonValueKind.Object)
        {
            if (root.TryGetProperty("version", out var from))
            {
                var qemu = from.GetProperty("qemu");
                version = $"{qemu.GetProperty("major")}.{qemu.GetProperty("minor")}.{qemu.GetProperty("micro")}";
            }

            root = root.GetProperty("return");
        }

        return new([.. root.EnumerateArray().Select(ReadEntry)], version);
    }

    private static Entry ReadEntry(JsonElement item)
    {
        var kind = Text(item, "meta-type") switch
        {
            "builtin" => EntryKind.Builtin,
            "enum" => EntryKind.Enum,
            "array" => EntryKind.Array,
            "object" => EntryKind.Object,
            "alternate" => EntryKind.Alternate,
            "command" => EntryKind.Command,
            "event" => EntryKind.Event,
            _ => EntryKind.Unknown,
        };
        return new(item.GetProperty("name").GetString()!, kind, Features(item))
        {
            JsonType = Text(item, "json-type"),
            Element = Text(item, "element-type"),
            Argument = Text(item, "arg-type"),
            Return = Text(item, "ret-type"),
            Tag = Text(item, "tag"),
            Members = [.. Members(item, kind)],
            Branches = [.. Items(item, "variants").Select(v => new Branch(Text(v, "case")!, Text(v, "type")!))],
        };
    }

    // Before 6.2 an enum had values only, as bare text.
    private static IEnumerable<Member> Members(JsonElement item, EntryKind kind) =>
        kind == EntryKind.Enum && !item.TryGetProperty("members", out _)
            ? Items(item, "values").Select(value => new Member(value.GetString()!, string.Empty, false, []))
            : Items(item, "members").Select(member => new Member(
                Text(member, "name") ?? string.Empty,
                Text(member, "type") ?? string.Empty,
                member.TryGetProperty("default", out _),
                Features(member)));

    private static ImmutableArray<string> Features(JsonElement item) => [.. Items(item, "features").Select(f => f.GetString()!)];

    private static IEnumerable<JsonElement> Items(JsonElement item, string name) =>
        item.TryGetProperty(name, out var list) ? list.EnumerateArray() : [];

    private static string? Text(JsonElement item, string name) => item.TryGetProperty(name, out var text) ? text.GetString() : null;
}
