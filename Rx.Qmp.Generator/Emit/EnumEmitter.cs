using Rx.Qmp.Generator.Model;

namespace Rx.Qmp.Generator.Emit;

/// <summary>Enums: a struct around the text, so that a value a newer QEMU invents is kept.</summary>
internal static class EnumEmitter
{
    public static void Emit(CodeWriter code, Entry type, string name)
    {
        var taken = new HashSet<string>(
            [name, "Text", "IsKnown", "Read", "Write", "Equals", "GetHashCode", "GetType", "ToString", "PrintMembers", "ReferenceEquals", "MemberwiseClone", "Finalize"],
            StringComparer.Ordinal);
        code.Summary($"The enum <c>{name}</c> of QEMU's schema. Values it does not know are kept as text.{Docs.Features(type.Features)}");
        Docs.Attributes(code, type.Features);
        code.Line($"[JsonConverter(typeof(QmpDataConverter<{name}>))]");
        code.Open($"public readonly record struct {name} : IQmpData<{name}>");
        code.Line("private readonly string? _text;");
        code.Line();
        code.Summary("A value, known or not.");
        code.Line("/// <param name=\"text\">Its text on the wire.</param>");
        code.Line($"public {name}(string text) => _text = text;");
        code.Line();
        foreach (var value in type.Members)
        {
            code.Summary($"<c>{value.Name}</c>.{Docs.Features(value.Features)}");
            Docs.Attributes(code, value.Features);
            code.Line($"public static {name} {Naming.Claim(taken, Naming.Pascal(value.Name), "Value")} => new(\"{value.Name}\");");
            code.Line();
        }

        code.Summary("The text on the wire; empty for a default value.");
        code.Line("public string Text => _text ?? string.Empty;");
        code.Line();
        code.Summary("True if it is one of the values above.");
        string known = type.Members.IsEmpty
            ? "false"
            : $"Text is {string.Join(" or ", type.Members.Select(value => $"\"{value.Name}\""))}";
        code.Line($"public bool IsKnown => {known};");
        code.Line();
        code.Line("/// <inheritdoc/>");
        code.Line($"public static {name} Read(ref Utf8JsonReader reader) => new(JsonRead.Text(ref reader));");
        code.Line();
        code.Line("/// <inheritdoc/>");
        code.Line("public void Write(Utf8JsonWriter writer) => writer.WriteStringValue(Text);");
        code.Line();
        code.Line("/// <summary>The text on the wire.</summary>");
        code.Line("/// <returns>The text.</returns>");
        code.Line("public override string ToString() => Text;");
        code.Close();
        code.Line();
    }
}
