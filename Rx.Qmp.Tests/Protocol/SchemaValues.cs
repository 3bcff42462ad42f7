using System.Text.Json.Nodes;
using Rx.Qmp.Generator.Model;

namespace Rx.Qmp.Tests.Protocol;

/// <summary>Random values that fit the schema, and ones that fit it almost.</summary>
internal sealed class SchemaValues(Random random)
{
    private static readonly long[] Integers = [0, 1, -1, int.MaxValue, 9_007_199_254_740_993, long.MaxValue, long.MinValue];
    private static readonly ulong[] Unsigned = [0, 1, 9_007_199_254_740_993, long.MaxValue, ulong.MaxValue - 1, ulong.MaxValue];
    private static readonly string[] Texts = ["", "disk0", "ö\u20AC\uD83D\uDE00", "a\"b\\c/\n\u0001", new string('x', 300), "#block123"];

    /// <summary>The schema; the recorded one unless another is asked for.</summary>
    public SchemaDocument Document { get; init; } = RecordedSchema.Document;

    /// <summary>What is made of the schema.</summary>
    public TypeCatalog Catalog { get; init; } = RecordedSchema.Catalog;

    /// <summary>How deep values nest before lists are empty and optional members left out.</summary>
    public int Deepest { get; init; } = 6;

    /// <summary>No number is below zero: whether it may be is in the table of names, not in the schema.</summary>
    public bool NonNegative { get; init; }

    /// <summary>Optional members: always, never, or by chance.</summary>
    public bool? WithOptional { get; init; }

    /// <summary>Optional members that are left out are null instead.</summary>
    public bool NullForMissing { get; init; }

    /// <summary>Every enum that is no tag has a value of the future.</summary>
    public bool UnknownWords { get; init; }

    /// <summary>Every object has members of the future.</summary>
    public bool ExtraMembers { get; init; }

    public JsonNode? Value(string type, string owner, string member, int depth)
    {
        var entry = Document.Type(type);
        return entry.Kind switch
        {
            EntryKind.Array => new JsonArray([.. Enumerable.Range(0, depth > Deepest ? 0 : random.Next(4))
                .Select(_ => Value(entry.Element!, owner, member, depth + 1))]),
            EntryKind.Enum => UnknownWords || entry.Members.IsEmpty ? "word-of-the-future" : Pick(entry.Members).Name,
            EntryKind.Object => Object(entry, depth),
            EntryKind.Alternate => Choice(entry, depth),
            _ => Builtin(entry, owner, member),
        };
    }

    public JsonObject Object(Entry type, int depth, bool isOpen = false)
    {
        var made = new JsonObject();
        var branch = type.Branches.IsEmpty ? null : Pick(type.Branches);
        Fill(made, type, depth, branch?.Case);
        if (branch is not null)
        {
            Fill(made, Document.Type(branch.Type), depth, null);
        }

        if (ExtraMembers && !isOpen)
        {
            made.Insert(random.Next(made.Count + 1), "member-of-the-future", new JsonObject { ["deep"] = new JsonArray(1, "}", null) });
            made.Add("", JsonValue.Create(1.5));
        }

        return made;
    }

    private void Fill(JsonObject made, Entry type, int depth, string? tag)
    {
        foreach (var member in type.Members.OrderBy(_ => random.Next()))
        {
            var wanted = !member.Optional || (WithOptional ?? random.Next(2) == 0) && (depth < Deepest || WithOptional is false);
            if (member.Name == type.Tag)
            {
                made[member.Name] = tag ?? "branch-of-the-future";
            }
            else if (wanted && !made.ContainsKey(member.Name))
            {
                made[member.Name] = Value(member.Type, type.Name, member.Name, depth + 1);
            }
            else if (NullForMissing && !Catalog.Value(member.Type, type.Name, member.Name).TakesNull)
            {
                made.TryAdd(member.Name, null);
            }
        }
    }

    // Deep down the simplest choice, or a chain of images would never end.
    private JsonNode? Choice(Entry type, int depth)
    {
        var choice = depth > Deepest
            ? type.Members.MinBy(member => Document.Type(member.Type).Kind != EntryKind.Builtin)!
            : Pick(type.Members);
        return Value(choice.Type, type.Name, "|" + JsonKind.Of(Document, choice.Type), depth + 1);
    }

    private JsonNode? Builtin(Entry type, string owner, string member) => Catalog.Value(type.Name, owner, member).Kind switch
    {
        QapiKind.Text => Pick(Texts),
        QapiKind.Signed => Pick(NonNegative ? [.. Integers.Where(value => value >= 0)] : Integers),
        QapiKind.Unsigned => Pick(Unsigned),
        QapiKind.Number => Math.Round(random.NextDouble() * 1000, 3),
        QapiKind.Flag => random.Next(2) == 0,
        _ when type.JsonType == "null" => null,
        _ => random.Next(4) switch
        {
            0 => null,
            1 => new JsonObject { ["any"] = new JsonArray(ulong.MaxValue, true, "x") },
            2 => "text",
            _ => 17,
        },
    };

    private T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
