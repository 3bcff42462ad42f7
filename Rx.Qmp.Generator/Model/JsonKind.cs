namespace Rx.Qmp.Generator.Model;

/// <summary>What kind of JSON value a type is on the wire.</summary>
internal static class JsonKind
{
    /// <summary>object, array, string, integer, number, boolean, null or any.</summary>
    public static string Of(SchemaDocument schema, string type)
    {
        var entry = schema.Type(type);
        return entry.Kind switch
        {
            EntryKind.Enum => "string",
            EntryKind.Array => "array",
            EntryKind.Object => "object",
            EntryKind.Builtin => entry.JsonType switch
            {
                "int" => "integer",
                "value" => "any",
                { } other => other,
                null => "any",
            },
            _ => "any",
        };
    }
}
