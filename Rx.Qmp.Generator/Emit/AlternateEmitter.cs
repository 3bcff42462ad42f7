using Rx.Qmp.Generator.Model;

namespace Rx.Qmp.Generator.Emit;

/// <summary>Alternates: a closed hierarchy with a record per JSON type.</summary>
internal sealed class AlternateEmitter(TypeCatalog catalog, SchemaDocument schema)
{
    public void Emit(CodeWriter code, Entry type, string name)
    {
        var choices = type.Members
            .Select(member => (Json: JsonKind.Of(schema, member.Type), Type: catalog.Value(member.Type, type.Name, "|" + JsonKind.Of(schema, member.Type))))
            .Select(choice => (choice.Json, choice.Type, Case: CaseName(choice.Type, choice.Json)))
            .ToArray();
        var scope = new Scope(name, ["Unknown", "Value", .. choices.Select(choice => choice.Case)]);
        code.Summary($"The alternate <c>{name}</c> of QEMU's schema: which choice it is says its JSON type.{Docs.Features(type.Features)}");
        Docs.Attributes(code, type.Features);
        code.Line($"[JsonConverter(typeof(QmpDataConverter<{name}>))]");
        code.Open($"public abstract record {name} : IQmpData<{name}>");
        code.Line($"private {name}() {{ }}");
        code.Line();
        foreach (var choice in choices.Where(choice => choice.Json != "null"))
        {
            Conversion(code, name, scope.Text(choice.Type), choice.Case);
            if (choice.Type.Kind == QapiKind.Enum)
            {
                Conversion(code, name, scope.Simple(choice.Type.Name!), choice.Case);
            }
        }

        code.Line();
        code.Open($"public static {name} Read(ref Utf8JsonReader reader)");
        code.Open("return reader.TokenType switch");
        foreach (var choice in choices)
        {
            code.Line(choice.Json == "null"
                ? "JsonTokenType.Null => new Null(),"
                : $"{Token(choice.Json)} => new {choice.Case}({scope.Read(choice.Type)}),");
        }

        code.Line("_ => new Unknown(JsonRead.Value(ref reader)),");
        code.Close(";");
        code.Close();
        code.Line();
        code.Line("public abstract void Write(Utf8JsonWriter writer);");
        foreach (var choice in choices)
        {
            code.Line();
            Choice(code, scope, name, choice.Case, choice.Json == "null" ? null : choice.Type);
        }

        code.Line();
        Choice(code, scope, name, "Unknown", new QapiType(QapiKind.Any));
        code.Close();
        code.Line();
    }

    private static void Conversion(CodeWriter code, string name, string from, string caseName) =>
        code.Line($"public static implicit operator {name}({from} value) => new {caseName}(value);");

    private static void Choice(CodeWriter code, Scope scope, string name, string caseName, QapiType? type)
    {
        if (type is null)
        {
            code.Summary("JSON null.");
            code.Open($"public sealed record {caseName} : {name}");
            code.Line("public override void Write(Utf8JsonWriter writer) => writer.WriteNullValue();");
        }
        else
        {
            code.Summary(caseName == "Unknown" ? "A JSON type that was not known when this was generated." : $"The choice of {Docs.Describe(type)}.");
            code.Open($"public sealed record {caseName}({scope.Text(type)} Value) : {name}");
            code.Line($"public override void Write(Utf8JsonWriter writer) => {WriteValue(type)};");
        }

        code.Close();
    }

    private static string WriteValue(QapiType type) => type.Kind switch
    {
        QapiKind.Text => "writer.WriteStringValue(Value)",
        QapiKind.Flag => "writer.WriteBooleanValue(Value)",
        QapiKind.Signed or QapiKind.Unsigned or QapiKind.Number => "writer.WriteNumberValue(Value)",
        QapiKind.List => $"JsonWrite.Items(writer, Value, {FieldEmitter.Writer(type.Element!)})",
        _ => "Value.Write(writer)",
    };

    private static string CaseName(QapiType type, string json) => json switch
    {
        "null" => "Null",
        "string" => type.Kind == QapiKind.Enum ? "Choice" : "Text",
        "integer" => "Integer",
        "number" => "Number",
        "boolean" => "Flag",
        "array" => "Items",
        "object" => "Details",
        _ => "Other",
    };

    private static string Token(string json) => json switch
    {
        "string" => "JsonTokenType.String",
        "integer" or "number" => "JsonTokenType.Number",
        "boolean" => "JsonTokenType.True or JsonTokenType.False",
        "array" => "JsonTokenType.StartArray",
        _ => "JsonTokenType.StartObject",
    };
}
