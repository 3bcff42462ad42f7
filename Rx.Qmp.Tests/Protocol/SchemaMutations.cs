using System.Text;
using System.Text.Json.Nodes;
using Rx.Qmp.Generator.Model;

namespace Rx.Qmp.Tests.Protocol;

/// <summary>The recorded schema as another QEMU might give it.</summary>
internal static class SchemaMutations
{
    /// <summary>Types keep their ids; members, words and branches come, go and are renamed.</summary>
    public static SchemaDocument Shuffled(Random random)
    {
        var entries = Entries();
        foreach (var entry in entries)
        {
            var tag = (string?)entry["tag"];
            var members = entry["members"] as JsonArray ?? [];
            foreach (var member in members.Select(member => member!.AsObject()).ToArray())
            {
                var isTag = tag is not null && (string?)member["name"] == tag;
                switch (random.Next(6))
                {
                    case 0 when !isTag && (string?)entry["meta-type"] != "alternate":
                        members.Remove(member);
                        break;
                    case 1 when (string?)entry["meta-type"] == "enum":
                        member["name"] = "renamed-" + (string?)member["name"];
                        break;
                    case 2 when !isTag:
                        member["default"] = null;
                        break;
                }
            }

            foreach (var branch in (entry["variants"] as JsonArray ?? []).Select(branch => branch!.AsObject()).Where(_ => random.Next(6) == 0))
            {
                branch["case"] = "renamed-" + (string?)branch["case"];
            }
        }

        return Parse(entries);
    }

    /// <summary>The same commands and types, in another order and with other ids.</summary>
    /// <param name="change">Changes it further: adds to and takes from the entries.</param>
    public static SchemaDocument Moved(Action<List<JsonObject>>? change = null)
    {
        var entries = Entries();
        change?.Invoke(entries);
        entries.Reverse();
        var ids = entries.Select(entry => (string)entry["name"]!).Where(name => name.All(char.IsAsciiDigit)).ToDictionary(id => id, id => "9" + id);
        foreach (var entry in entries)
        {
            Renumber(entry, ids, "name", "arg-type", "ret-type", "element-type");
            foreach (var item in (entry["members"] as JsonArray ?? []).Concat(entry["variants"] as JsonArray ?? []))
            {
                Renumber(item!.AsObject(), ids, "type");
            }
        }

        return Parse(entries);
    }

    private static void Renumber(JsonObject holder, Dictionary<string, string> ids, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if ((string?)holder[key] is { } id)
            {
                var bare = id.Trim('[', ']');
                holder[key] = id.Replace(bare, ids.GetValueOrDefault(bare, bare), StringComparison.Ordinal);
            }
        }
    }

    private static List<JsonObject> Entries() =>
        [.. JsonNode.Parse(Snapshot.Read(RecordedSchema.Path))!["return"]!.AsArray().Select(entry => entry!.DeepClone().AsObject())];

    private static SchemaDocument Parse(List<JsonObject> entries)
    {
        var whole = new JsonObject
        {
            ["version"] = JsonNode.Parse(Snapshot.Read(RecordedSchema.Path))!["version"]!.DeepClone(),
            ["return"] = new JsonArray([.. entries]),
        };
        return SchemaDocument.Parse(Encoding.UTF8.GetBytes(whole.ToJsonString()));
    }
}
