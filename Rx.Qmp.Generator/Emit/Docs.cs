using Rx.Qmp.Generator.Model;

namespace Rx.Qmp.Generator.Emit;

/// <summary>The documentation and attributes of generated members.</summary>
internal static class Docs
{
    /// <summary>What a value is, in words.</summary>
    public static string Describe(QapiType type) => type.Kind switch
    {
        QapiKind.Text => "text",
        QapiKind.Signed => "an integer",
        QapiKind.Unsigned => "an integer without sign",
        QapiKind.Number => "a number",
        QapiKind.Flag => "a boolean",
        QapiKind.Any => "any JSON value",
        QapiKind.List => $"a list, each {Describe(type.Element!)}",
        QapiKind.Enum => $"a word of <see cref=\"global::Rx.Qmp.Protocol.{type.Name}\"/>",
        _ => $"a <see cref=\"global::Rx.Qmp.Protocol.{type.Name}\"/>",
    };

    /// <summary>What QEMU always sends of an object that a reply or an event has.</summary>
    public static void Presence(CodeWriter code, SchemaDocument schema, IEnumerable<Field> fields)
    {
        var all = fields.Where(field => field.Flow.HasFlag(Flow.Received)).ToArray();
        var always = all.Where(field => !field.Optional).Select(field => $"<c>{field.Wire}</c>").ToArray();
        if (always.Length > 0)
        {
            var qemu = schema.Version.Length == 0 ? "QEMU" : "QEMU " + string.Join('.', schema.Version.Split('.').Take(2));
            var what = always.Length == all.Length ? "all of it" : string.Join(", ", always);
            code.Line($"/// <remarks>{qemu} always sends {what}; another version may leave any of it out.</remarks>");
        }
    }

    /// <summary>The features that an attribute does not say, in words.</summary>
    public static string Features(IEnumerable<string> features)
    {
        var others = features.Where(feature => feature is not ("deprecated" or "unstable")).ToArray();
        return others.Length == 0 ? string.Empty : $" Features: {string.Join(", ", others.Select(feature => $"<c>{feature}</c>"))}.";
    }

    /// <summary>The attributes that features ask for.</summary>
    public static void Attributes(CodeWriter code, IEnumerable<string> features)
    {
        foreach (var feature in features)
        {
            if (feature == "deprecated")
            {
                code.Line("[Obsolete(\"QEMU calls this deprecated.\")]");
            }
            else if (feature == "unstable")
            {
                code.Line("[Experimental(\"RXQMP001\")]");
            }
        }
    }
}
