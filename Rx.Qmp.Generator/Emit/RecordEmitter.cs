using System.Collections.Immutable;
using Rx.Qmp.Generator.Model;

namespace Rx.Qmp.Generator.Emit;

/// <summary>Structs, commands and events: a sealed record with its members as properties, and a constructor that reads it.</summary>
internal sealed class RecordEmitter(TypeCatalog catalog, SchemaDocument schema)
{
    public void Struct(CodeWriter code, Entry type, string name)
    {
        var scope = new Scope(name);
        var fields = scope.Claim(catalog.Fields(type));
        code.Summary($"The struct <c>{name}</c> of QEMU's schema.{Docs.Features(type.Features)}");
        Docs.Presence(code, schema, fields);
        Head(code, type.Features, name, $"IQmpData<{name}>", name);
        Members(code, scope, name, fields);
        code.Close();
        code.Line();
    }

    public void Command(CodeWriter code, Entry command)
    {
        var name = catalog.Commands[command.Name];
        var argument = command.Argument is { } type ? catalog.Type(type) : null;
        var scope = new Scope(name);
        var result = command.Return is { } returned && !catalog.IsNothing(returned)
            ? catalog.Value(returned, command.Name, "return")
            : null;
        var resultText = result is null ? "Unit" : scope.Text(result);
        var returns = result is null ? "nothing" : Docs.Describe(result);
        var reader = result is null ? "JsonRead.Nothing" : scope.Reader(result);
        var bases = $"IQmpCommand<{resultText}>, IQmpData<{name}>";
        code.Summary($"The command <c>{command.Name}</c>; it returns {returns}.{Docs.Features(command.Features)}");
        if (argument?.Tag is null)
        {
            var fields = argument is null ? [] : scope.Claim(catalog.Fields(argument));
            var open = catalog.IsOpen(command.Name) ? scope.Claim("Properties") : null;
            Head(code, command.Features, name, bases, name);
            CommandName(code, command);
            if (fields.IsEmpty && open is null)
            {
                code.Line($"private static readonly QmpCommand<{resultText}> Encoded = "
                    + $"QmpCommand.Create(CommandName, null, (QmpReader<{resultText}>){Parenthesised(reader)});");
                code.Line();
                code.Line($"public QmpCommand<{resultText}> Encode() => Encoded;");
            }
            else
            {
                Encode(code, resultText, "WriteMembers", reader);
            }

            code.Line();
            Members(code, scope, name, fields, open, isCommand: true);
        }
        else
        {
            var union = scope.Simple(catalog.NameOf(argument.Name)!);
            Head(code, command.Features, $"{name}({union} Arguments)", bases, name);
            CommandName(code, command);
            Encode(code, resultText, "Arguments.WriteMembers", reader);
            code.Line();
            code.Line($"public static {name} Read(ref Utf8JsonReader reader) => new({union}.Read(ref reader));");
            code.Line();
            code.Line("public void Write(Utf8JsonWriter writer) => Arguments.Write(writer);");
        }

        code.Close();
        code.Line();
    }

    public void Event(CodeWriter code, Entry item)
    {
        var name = catalog.Events[item.Name];
        var data = item.Argument is { } type ? catalog.Type(type) : null;
        var union = data?.Tag is null ? null : catalog.NameOf(data.Name);
        var scope = new Scope(name, "Timestamp");
        var fields = data is null || union is not null ? [] : scope.Claim(catalog.Fields(data));
        code.Summary($"The event <c>{item.Name}</c>.{Docs.Features(item.Features)}");
        Docs.Presence(code, schema, fields);
        Head(code, item.Features, name, $"IQmpTypedEvent<{name}>");
        code.Line($"public static string EventName => \"{item.Name}\";");
        code.Line();
        code.Summary("When it happened, by the server's clock; null if unknown.");
        code.Line("public DateTimeOffset? Timestamp { get; init; }");
        if (union is not null)
        {
            code.Line($"public required {scope.Simple(union)} Data {{ get; init; }}");
        }

        code.Line();
        if (union is not null)
        {
            code.Line($"public static {name} Read(ref Utf8JsonReader data, DateTimeOffset? timestamp) => "
                + $"new() {{ Timestamp = timestamp, Data = {scope.Simple(union)}.Read(ref data) }};");
            code.Line();
            code.Line("public void Write(Utf8JsonWriter writer) => Data.Write(writer);");
        }
        else
        {
            Constructors(code, scope, name, fields, null);
            FieldEmitter.Properties(code, scope, fields);
            Gap(code, fields);
            Reader(code, name, "Utf8JsonReader data, DateTimeOffset? timestamp", "data", " { Timestamp = timestamp }", fields.IsEmpty);
            Write(code, fields, null, apart: false);
        }

        code.Close();
        code.Line();
    }

    private static void Members(CodeWriter code, Scope scope, string name, ImmutableArray<Field> fields, string? open = null, bool isCommand = false)
    {
        Constructors(code, scope, name, fields, open);
        FieldEmitter.Properties(code, scope, fields);
        if (open is not null)
        {
            code.Summary("Further arguments by name, which introspection does not list; optional.");
            code.Line($"public IReadOnlyDictionary<string, QmpValue>? {open} {{ get; init; }}");
        }

        Gap(code, fields);
        Reader(code, name, "Utf8JsonReader reader", "reader", string.Empty, fields.IsEmpty && open is null);
        Write(code, fields, open, apart: isCommand && (open is not null || !fields.IsEmpty));
        if (open is not null)
        {
            Equality(code, name, fields, open);
        }
    }

    private static void Constructors(CodeWriter code, Scope scope, string name, ImmutableArray<Field> fields, string? open)
    {
        if (fields.IsEmpty && open is null)
        {
            return;
        }

        code.Line($"public {name}() {{ }}");
        code.Line();
        if (fields.Any(field => field.IsRequired))
        {
            code.Line("[SetsRequiredMembers]");
        }

        code.Open($"private {name}(ref Utf8JsonReader reader)");
        if (open is null)
        {
            FieldEmitter.ReadBody(code, scope, name, fields);
        }
        else
        {
            code.Line("Dictionary<string, QmpValue>? others = null;");
            FieldEmitter.ReadBody(code, scope, name, fields, "JsonRead.Keep(ref reader, name, ref others);");
            code.Line($"{open} = others;");
        }

        code.Close();
        code.Line();
    }

    private static void Reader(CodeWriter code, string name, string parameters, string argument, string initializer, bool isEmpty)
    {
        var head = $"public static {name} Read(ref {parameters})";
        if (isEmpty)
        {
            code.Open(head);
            code.Line($"JsonRead.Enter(ref {argument});");
            code.Line($"JsonRead.Skip(ref {argument});");
            code.Line($"return new(){initializer};");
            code.Close();
        }
        else
        {
            code.Line($"{head} => new(ref {argument}){initializer};");
        }

        code.Line();
    }

    // A command is encoded without the braces, so its members are written by a method of their own.
    private static void Write(CodeWriter code, ImmutableArray<Field> fields, string? open, bool apart)
    {
        code.Open("public void Write(Utf8JsonWriter writer)");
        code.Line("writer.WriteStartObject();");
        if (apart)
        {
            code.Line("WriteMembers(writer);");
            code.Line("writer.WriteEndObject();");
            code.Close();
            code.Line();
            code.Open("private void WriteMembers(Utf8JsonWriter writer)");
        }

        FieldEmitter.WriteBody(code, fields);
        if (open is not null)
        {
            code.Line($"JsonWrite.Members(writer, {open});");
        }

        if (!apart)
        {
            code.Line("writer.WriteEndObject();");
        }

        code.Close();
    }

    // Two dictionaries are never equal by themselves.
    private static void Equality(CodeWriter code, string name, ImmutableArray<Field> fields, string open)
    {
        var same = string.Concat(fields.Select(field => $"{field.Name} == other.{field.Name} && "));
        var parts = string.Join(", ", fields.Select(field => field.Name).Take(7).Append($"{open}?.Count ?? 0"));
        code.Line();
        code.Line($"public bool Equals({name}? other) => other is not null && {same}JsonWrite.SameMembers({open}, other.{open});");
        code.Line();
        code.Line($"public override int GetHashCode() => HashCode.Combine({parts});");
    }

    private static void Gap(CodeWriter code, ImmutableArray<Field> fields)
    {
        if (!fields.IsEmpty)
        {
            code.Line();
        }
    }

    private static string Parenthesised(string reader) => reader.StartsWith("static", StringComparison.Ordinal) ? $"({reader})" : reader;

    private static void Head(CodeWriter code, IEnumerable<string> features, string declaration, string bases, string? converted = null)
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

    private static void Encode(CodeWriter code, string result, string write, string reader) =>
        code.Line($"public QmpCommand<{result}> Encode() => QmpCommand.Create<{result}>(CommandName, {write}, {reader});");
}
