using System.Collections.Immutable;
using System.Text;
using Rx.Qmp.Generator.Model;

namespace Rx.Qmp.Generator.Emit;

/// <summary>Properties, and the code that reads and writes them.</summary>
internal static class FieldEmitter
{
    /// <summary>A line per property. Names follow from those on the wire, so only what does not is said.</summary>
    public static void Properties(CodeWriter code, Scope scope, ImmutableArray<Field> fields)
    {
        foreach (var field in fields)
        {
            var features = Docs.Features(field.Features);
            if (features.Length > 0 || field.Name != Naming.Pascal(field.Wire))
            {
                code.Summary($"<c>{field.Wire}</c>.{features}");
            }

            Docs.Attributes(code, field.Features);
            code.Line($"public {(field.IsRequired ? "required " : "")}{scope.Text(field.Type)}{(field.IsNullable ? "?" : "")} {field.Name} {{ get; init; }}");
        }
    }

    /// <summary>The body of the constructor that reads an object.</summary>
    /// <param name="code">Where it goes.</param>
    /// <param name="scope">The record.</param>
    /// <param name="what">What an error calls it.</param>
    /// <param name="fields">Its members.</param>
    /// <param name="rest">What is done with a member of another name.</param>
    public static void ReadBody(CodeWriter code, Scope scope, string what, ImmutableArray<Field> fields, string rest = "JsonRead.Skip(ref reader);")
    {
        var demanded = fields.Where(field => field.IsDemanded).ToArray();
        if (demanded.Length > 64)
        {
            throw new InvalidDataException($"{what} has more than 64 members that must be there: its reader counts them in 64 bits.");
        }

        if (demanded.Length > 0)
        {
            code.Line("ulong seen = 0;");
        }

        code.Line("JsonRead.Enter(ref reader);");
        code.Line("while (JsonRead.Next(ref reader, out var name))");
        code.Open("switch (name.Length)");
        foreach (var field in fields)
        {
            // Null counts as missing, unless it is a value: "backing": null is an image without a backing file.
            var set = $"{field.Name} = {scope.Read(field.Type)};{(field.IsDemanded ? $" seen |= {Bit(Array.IndexOf(demanded, field))};" : "")}";
            var action = field.Type.TakesNull ? $"reader.Read(); {set}" : $"if (JsonRead.HasValue(ref reader)) {{ {set} }}";
            code.Line($"case {Encoding.UTF8.GetByteCount(field.Wire)} when name.SequenceEqual(\"{field.Wire}\"u8): {action} break;");
        }

        code.Line($"default: {rest} break;");
        code.Close();
        if (demanded.Length > 0)
        {
            var names = string.Join(", ", demanded.Select(field => $"\"{field.Wire}\""));
            code.Line($"if (seen != {Bits(demanded.Length)}) {{ throw JsonRead.Missing(ref reader, \"{what}\", seen, {names}); }}");
        }
    }

    public static void WriteBody(CodeWriter code, ImmutableArray<Field> fields)
    {
        for (var i = 0; i < fields.Length; i++)
        {
            var field = fields[i];
            code.Line(field.IsNullable
                ? $"if ({field.Name} is {{ }} v{i}) {{ {WriteOne(field, $"v{i}")} }}"
                : WriteOne(field, field.Name));
        }
    }

    /// <summary>Something that writes an element of a list.</summary>
    public static string Writer(QapiType type) => type.Kind switch
    {
        QapiKind.Text => "JsonWrite.Text",
        QapiKind.Signed => "JsonWrite.Int64",
        QapiKind.Unsigned => "JsonWrite.UInt64",
        QapiKind.Number => "JsonWrite.Double",
        QapiKind.Flag => "JsonWrite.Boolean",
        QapiKind.List => $"static (writer, items) => JsonWrite.Items(writer, items, {Writer(type.Element!)})",
        _ => "JsonWrite.Data",
    };

    private static string WriteOne(Field field, string value) => field.Type.Kind switch
    {
        QapiKind.Text => $"writer.WriteString(\"{field.Wire}\"u8, {value});",
        QapiKind.Enum => $"JsonWrite.Word(writer, \"{field.Wire}\"u8, {value});",
        QapiKind.Flag => $"writer.WriteBoolean(\"{field.Wire}\"u8, {value});",
        QapiKind.Signed or QapiKind.Unsigned or QapiKind.Number => $"writer.WriteNumber(\"{field.Wire}\"u8, {value});",
        QapiKind.List => $"JsonWrite.{(field.IsDemanded ? "List" : "ListIfSet")}(writer, \"{field.Wire}\"u8, {value}, {Writer(field.Type.Element!)});",
        _ => $"writer.WritePropertyName(\"{field.Wire}\"u8); {value}.Write(writer);",
    };

    private static string Bit(int index) => $"0x{1UL << index:x}";

    private static string Bits(int count) => $"0x{ulong.MaxValue >> (64 - count):x}";
}
