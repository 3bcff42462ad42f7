using System.Collections.Immutable;
using System.Text;
using Rx.Qmp.Generator.Model;

namespace Rx.Qmp.Generator.Emit;

/// <summary>Properties, and the code that reads and writes them.</summary>
internal static class FieldEmitter
{
    public static void Properties(CodeWriter code, Scope scope, ImmutableArray<Field> fields)
    {
        foreach (var field in fields)
        {
            string optional = field.Optional ? "; optional" : string.Empty;
            code.Summary($"<c>{field.Wire}</c>: {Docs.Describe(field.Type)}{optional}.{Docs.Features(field.Features)}");
            Docs.Attributes(code, field.Features);
            string required = field.Optional ? string.Empty : "required ";
            string nullable = field.Optional ? "?" : string.Empty;
            code.Line($"public {required}{scope.Text(field.Type)}{nullable} {field.Name} {{ get; init; }}");
            code.Line();
        }
    }

    /// <summary>The body of a reader of an object: a local per member, the loop, the result.</summary>
    /// <param name="code">Where it goes.</param>
    /// <param name="scope">The record.</param>
    /// <param name="type">What to make.</param>
    /// <param name="what">What an error calls it.</param>
    /// <param name="fields">Its members.</param>
    /// <param name="extra">Further lines of the initializer.</param>
    /// <param name="rest">What is done with a member of another name; null: it is passed over.</param>
    public static void ReadBody(
        CodeWriter code, Scope scope, string type, string what, ImmutableArray<Field> fields, IEnumerable<string> extra, string? rest = null)
    {
        if (fields.IsEmpty && rest is null)
        {
            code.Line("JsonRead.Enter(ref reader);");
            code.Line("JsonRead.Skip(ref reader);");
            Result(code, type, what, fields, extra);
            return;
        }

        for (int i = 0; i < fields.Length; i++)
        {
            code.Line($"{scope.Text(fields[i].Type)}? m{i} = null;");
        }

        code.Line("JsonRead.Enter(ref reader);");
        code.Open("while (JsonRead.Next(ref reader, out var name))");
        code.Open("switch (name.Length)");
        for (int i = 0; i < fields.Length; i++)
        {
            var field = fields[i];
            // Null counts as missing, unless it is a value: "backing": null is an image without a backing file.
            string action = field.Type.TakesNull
                ? $"reader.Read(); m{i} = {scope.Read(field.Type)}; break;"
                : $"if (JsonRead.HasValue(ref reader)) {{ m{i} = {scope.Read(field.Type)}; }} break;";
            code.Line($"case {Encoding.UTF8.GetByteCount(field.Wire)} when name.SequenceEqual(\"{field.Wire}\"u8): {action}");
        }

        code.Line("default: " + (rest ?? "JsonRead.Skip(ref reader); break;"));
        code.Close();
        code.Close();
        code.Line();
        Result(code, type, what, fields, extra);
    }

    public static void WriteBody(CodeWriter code, ImmutableArray<Field> fields)
    {
        for (int i = 0; i < fields.Length; i++)
        {
            var field = fields[i];
            if (field.Optional)
            {
                code.Line($"if ({field.Name} is {{ }} v{i}) {{ {WriteOne(field, $"v{i}")} }}");
            }
            else
            {
                code.Line(WriteOne(field, field.Name));
            }
        }
    }

    private static string WriteOne(Field field, string value) => field.Type.Kind switch
    {
        QapiKind.Text => $"writer.WriteString(\"{field.Wire}\"u8, {value});",
        QapiKind.Enum => $"writer.WriteString(\"{field.Wire}\"u8, {value}.Text);",
        QapiKind.Flag => $"writer.WriteBoolean(\"{field.Wire}\"u8, {value});",
        QapiKind.Signed or QapiKind.Unsigned or QapiKind.Number => $"writer.WriteNumber(\"{field.Wire}\"u8, {value});",
        QapiKind.List => $"JsonWrite.List(writer, \"{field.Wire}\"u8, {value});",
        _ => $"writer.WritePropertyName(\"{field.Wire}\"u8); {value}.Write(writer);",
    };

    private static void Result(CodeWriter code, string type, string what, ImmutableArray<Field> fields, IEnumerable<string> extra)
    {
        code.Open($"return new {type}");
        foreach (string line in extra)
        {
            code.Line(line);
        }

        for (int i = 0; i < fields.Length; i++)
        {
            var field = fields[i];
            string missing = field.Optional ? string.Empty : $" ?? throw JsonRead.Missing(\"{what}\", \"{field.Wire}\")";
            code.Line($"{field.Name} = m{i}{missing},");
        }

        code.Close(";");
    }
}
