using System.Collections.Immutable;
using Rx.Qmp.Generator.Model;

namespace Rx.Qmp.Generator.Emit;

/// <summary>Structs, commands and events: a sealed record with its members as properties.</summary>
internal sealed class RecordEmitter(TypeCatalog catalog)
{
    public void Struct(CodeWriter code, Entry type, string name)
    {
        var scope = new Scope(name);
        var fields = scope.Claim(catalog.Fields(type));
        code.Summary($"The struct <c>{name}</c> of QEMU's schema.{Docs.Features(type.Features)}");
        Head(code, type.Features, name, $"IQmpData<{name}>");
        FieldEmitter.Properties(code, scope, fields);
        ReadMethod(code, scope, name, name, fields);
        WriteMethods(code, fields);
        code.Close();
        code.Line();
    }

    public void Command(CodeWriter code, Entry command)
    {
        string name = catalog.Commands[command.Name];
        var argument = command.Argument is { } type ? catalog.Type(type) : null;
        var scope = new Scope(name);
        var result = command.Return is { } returned && !catalog.IsNothing(returned)
            ? catalog.Value(returned, command.Name, "return")
            : null;
        string resultText = result is null ? "Unit" : scope.Text(result);
        string returns = result is null ? "nothing" : Docs.Describe(result);
        code.Summary($"The command <c>{command.Name}</c>; it returns {returns}.{Docs.Features(command.Features)}");
        string reader = result is null ? "JsonRead.Nothing" : scope.Reader(result);
        if (argument?.Tag is null)
        {
            var fields = argument is null ? [] : scope.Claim(catalog.Fields(argument));
            bool open = catalog.IsOpen(command.Name);
            Head(code, command.Features, name, $"IQmpCommand<{resultText}>, IQmpData<{name}>");
            CommandName(code, command);
            if (fields.IsEmpty && !open)
            {
                code.Line($"private static readonly QmpCommand<{resultText}> Encoded = QmpCommand.Create(CommandName, null, (QmpReader<{resultText}>){Parenthesised(reader)});");
                code.Line();
                code.Line("/// <inheritdoc/>");
                code.Line($"public QmpCommand<{resultText}> Encode() => Encoded;");
                code.Line();
            }
            else
            {
                FieldEmitter.Properties(code, scope, fields);
                EncodeMethod(code, resultText, "WriteMembers", reader);
            }

            if (open)
            {
                Open(code, scope, name, fields);
            }
            else
            {
                ReadMethod(code, scope, name, name, fields);
                WriteMethods(code, fields);
            }
        }
        else
        {
            string union = scope.Simple(catalog.NameOf(argument.Name)!);
            code.Line($"/// <param name=\"Arguments\">Its arguments.</param>");
            Head(code, command.Features, $"{name}({union} Arguments)", $"IQmpCommand<{resultText}>, IQmpData<{name}>", name);
            CommandName(code, command);
            EncodeMethod(code, resultText, "Arguments.WriteMembers", reader);
            code.Line("/// <inheritdoc/>");
            code.Line($"public static {name} Read(ref Utf8JsonReader reader) => new({union}.Read(ref reader));");
            code.Line();
            code.Line("/// <inheritdoc/>");
            code.Line("public void Write(Utf8JsonWriter writer) => Arguments.Write(writer);");
        }

        code.Close();
        code.Line();
    }

    public void Event(CodeWriter code, Entry item)
    {
        string name = catalog.Events[item.Name];
        var data = item.Argument is { } type ? catalog.Type(type) : null;
        var scope = new Scope(name, "Timestamp");
        ImmutableArray<Field> fields = data is null ? []
            : data.Tag is null ? scope.Claim(catalog.Fields(data))
            : [];
        code.Summary($"The event <c>{item.Name}</c>.{Docs.Features(item.Features)}");
        Head(code, item.Features, name, $"IQmpTypedEvent<{name}>", null);
        code.Line("/// <inheritdoc/>");
        code.Line($"public static string EventName => \"{item.Name}\";");
        code.Line();
        code.Summary("When it happened, by the server's clock; null if unknown.");
        code.Line("public DateTimeOffset? Timestamp { get; init; }");
        code.Line();
        if (data?.Tag is not null)
        {
            string union = scope.Simple(catalog.NameOf(data.Name)!);
            code.Summary("Its data.");
            code.Line($"public required {union} Data {{ get; init; }}");
            code.Line();
            code.Line("/// <inheritdoc/>");
            code.Line($"public static {name} Read(ref Utf8JsonReader data, DateTimeOffset? timestamp) =>");
            code.Deeper($"new() {{ Timestamp = timestamp, Data = {union}.Read(ref data) }};");
            code.Line();
            code.Summary("Writes the event's data.");
            code.Line("/// <param name=\"writer\">Where a value is due.</param>");
            code.Line("public void Write(Utf8JsonWriter writer) => Data.Write(writer);");
        }
        else
        {
            FieldEmitter.Properties(code, scope, fields);
            code.Line("/// <inheritdoc/>");
            code.Line($"public static {name} Read(ref Utf8JsonReader data, DateTimeOffset? timestamp) => ReadMembers(ref data, timestamp);");
            code.Line();
            WriteMethods(code, fields, "/// <summary>Writes the event's data.</summary>");
            code.Line();
            code.Open($"private static {name} ReadMembers(ref Utf8JsonReader reader, DateTimeOffset? timestamp)");
            FieldEmitter.ReadBody(code, scope, name, item.Name, fields, ["Timestamp = timestamp,"]);
            code.Close();
        }

        code.Close();
        code.Line();
    }

    private static string Parenthesised(string reader) => reader.StartsWith("static", StringComparison.Ordinal) ? $"({reader})" : reader;

    private static void Head(CodeWriter code, IEnumerable<string> features, string declaration, string bases) =>
        Head(code, features, declaration, bases, declaration);

    private static void Head(CodeWriter code, IEnumerable<string> features, string declaration, string bases, string? converted)
    {
        Docs.Attributes(code, features);
        if (converted is not null)
        {
            code.Line($"[JsonConverter(typeof(QmpDataConverter<{converted}>))]");
        }

        code.Open($"public sealed record {declaration} : {bases}");
    }

    private static void CommandName(CodeWriter code, Entry command)
    {
        code.Summary("The command's name on the wire.");
        code.Line($"public const string CommandName = \"{command.Name}\";");
        code.Line();
    }

    private static void EncodeMethod(CodeWriter code, string result, string write, string reader)
    {
        code.Line("/// <inheritdoc/>");
        code.Line($"public QmpCommand<{result}> Encode() => QmpCommand.Create<{result}>(CommandName, {write}, {reader});");
        code.Line();
    }

    private static void ReadMethod(CodeWriter code, Scope scope, string type, string what, ImmutableArray<Field> fields)
    {
        code.Line("/// <inheritdoc/>");
        code.Open($"public static {type} Read(ref Utf8JsonReader reader)");
        FieldEmitter.ReadBody(code, scope, type, what, fields, []);
        code.Close();
        code.Line();
    }

    private static void WriteMethods(CodeWriter code, ImmutableArray<Field> fields, string? summary = null)
    {
        code.Line(summary ?? "/// <inheritdoc/>");
        if (summary is not null)
        {
            code.Line("/// <param name=\"writer\">Where a value is due.</param>");
        }

        code.Open("public void Write(Utf8JsonWriter writer)");
        code.Line("writer.WriteStartObject();");
        if (!fields.IsEmpty)
        {
            code.Line("WriteMembers(writer);");
        }

        code.Line("writer.WriteEndObject();");
        code.Close();
        if (!fields.IsEmpty)
        {
            code.Line();
            code.Open("private void WriteMembers(Utf8JsonWriter writer)");
            FieldEmitter.WriteBody(code, fields);
            code.Close();
        }
    }

    private static void Open(CodeWriter code, Scope scope, string name, ImmutableArray<Field> fields)
    {
        string property = scope.Claim("Properties");
        code.Summary("Further arguments by name, which introspection does not list; optional.");
        code.Line($"public IReadOnlyDictionary<string, QmpValue>? {property} {{ get; init; }}");
        code.Line();
        code.Line("/// <inheritdoc/>");
        code.Open($"public static {name} Read(ref Utf8JsonReader reader)");
        code.Line("Dictionary<string, QmpValue>? others = null;");
        FieldEmitter.ReadBody(
            code, scope, name, name, fields, [$"{property} = others,"], "JsonRead.Keep(ref reader, name, ref others); break;");
        code.Close();
        code.Line();
        code.Line("/// <inheritdoc/>");
        code.Open("public void Write(Utf8JsonWriter writer)");
        code.Line("writer.WriteStartObject();");
        code.Line("WriteMembers(writer);");
        code.Line("writer.WriteEndObject();");
        code.Close();
        code.Line();
        code.Open("private void WriteMembers(Utf8JsonWriter writer)");
        FieldEmitter.WriteBody(code, fields);
        code.Line($"JsonWrite.Members(writer, {property});");
        code.Close();
    }
}
