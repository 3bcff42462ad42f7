using System.Collections.Immutable;

namespace Rx.Qmp.Generator.Model;

/// <summary>
/// Which types become C# types, what they are called and which way they go. Arguments and the branches of unions do not become any: their
/// members go where they are used, unless the same type is also the value of a member.
/// </summary>
internal sealed class TypeCatalog
{
    private readonly SchemaDocument _schema;
    private readonly NameTable _table;
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Flow> _flows = new(StringComparer.Ordinal);
    private readonly HashSet<string> _walked = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly List<(string Type, string Path, string Derived)> _found = [];
    private readonly List<string> _complaints = [];

    public TypeCatalog(SchemaDocument schema, NameTable table)
    {
        _schema = schema;
        _table = table;
        foreach (var entry in schema.Commands.Concat(schema.Events))
        {
            Find(entry);
        }

        Name();
        Commands = schema.Commands.ToImmutableDictionary(entry => entry.Name, CommandName, StringComparer.Ordinal);
        Events = schema.Events.ToImmutableDictionary(
            entry => entry.Name, entry => Claim(Naming.Pascal(entry.Name) + "Event", "Data", entry.Name), StringComparer.Ordinal);
    }

    /// <summary>The C# names of the commands.</summary>
    public ImmutableDictionary<string, string> Commands { get; }

    /// <summary>The C# names of the events.</summary>
    public ImmutableDictionary<string, string> Events { get; }

    /// <summary>The types that become C# types, in the order of their C# names.</summary>
    public IEnumerable<(Entry Type, string Name)> Types =>
        _names.OrderBy(pair => pair.Value, StringComparer.Ordinal).Select(pair => (_schema.Type(pair.Key), pair.Value));

    /// <summary>What is wrong with the table of names, a sentence each: a type without a line would be called after its first use, and the name
    /// would move to another type or change when the schema does.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    public bool IsOpen(string command) => _table.IsOpen(command);

    /// <summary>True if a command's record serves as its arguments' type as well, under one name.</summary>
    public bool IsMerged(Entry command) =>
        command.Argument is { } argument && _names.GetValueOrDefault(argument) == Commands[command.Name];

    /// <summary>The C# name of a type that has one.</summary>
    public string? NameOf(string type) => _names.GetValueOrDefault(type);

    public Entry Type(string name) => _schema.Type(name);

    /// <summary>Which way values of a type go.</summary>
    public Flow FlowOf(string type) => _flows.GetValueOrDefault(type);

    /// <summary>The C# type of a member's value.</summary>
    public QapiType Value(string type, string owner, string member)
    {
        var entry = _schema.Type(type);
        return entry.Kind switch
        {
            EntryKind.Array => new(QapiKind.List, null, Value(entry.Element!, owner, member)),
            EntryKind.Enum => new(QapiKind.Enum, _names[type]),
            EntryKind.Object => new(QapiKind.Class, _names[type]),
            EntryKind.Alternate => new(QapiKind.Class, _names[type])
            {
                TakesNull = entry.Members.Any(choice => JsonKind.Of(_schema, choice.Type) == "null"),
            },
            _ when entry.JsonType is null or "value" or "null" => new(QapiKind.Any) { TakesNull = true },
            _ => new(entry.JsonType switch
            {
                "string" => QapiKind.Text,
                "int" => _table.IsUnsigned(owner, member) ? QapiKind.Unsigned : QapiKind.Signed,
                "number" => QapiKind.Number,
                _ => QapiKind.Flag,
            }),
        };
    }

    /// <summary>The members of an object as properties, without a union's tag.</summary>
    public IEnumerable<Field> Fields(Entry type) => type.Members
        .Where(member => member.Name != type.Tag)
        .Select(member => new Field(
            member.Name, Value(member.Type, type.Name, member.Name), member.Optional, FlowOf(type.Name), member.Features));

    /// <summary>True for an object without members: what a command returns that returns nothing.</summary>
    public bool IsNothing(string type) => _schema.Type(type) is { Kind: EntryKind.Object, Members.IsEmpty: true, Tag: null };

    private void Find(Entry entry)
    {
        var name = Naming.Pascal(entry.Name);
        if (entry.Argument is { } argument)
        {
            Mark(argument, entry.Kind == EntryKind.Command ? Flow.Sent : Flow.Received);
            if (_schema.Type(argument).Tag is null)
            {
                Walk(argument, entry.Name, name);
            }
            else
            {
                Use(argument, entry.Name, name + "Arguments");
            }
        }

        if (entry.Return is { } result && !IsNothing(result))
        {
            Mark(result, Flow.Received);
            Use(result, entry.Name + "/return", name + "Result");
        }
    }

    private void Mark(string type, Flow flow)
    {
        if (FlowOf(type).HasFlag(flow))
        {
            return;
        }

        _flows[type] = FlowOf(type) | flow;
        var entry = _schema.Type(type);
        var parts = entry.Members.Select(member => member.Type).Concat(entry.Branches.Select(branch => branch.Type)).Append(entry.Element ?? string.Empty);
        foreach (var part in parts.Where(part => part.Length > 0))
        {
            Mark(part, flow);
        }
    }

    private void Use(string type, string path, string derived)
    {
        var entry = _schema.Type(type);
        if (entry.Kind == EntryKind.Array)
        {
            Use(entry.Element!, path + "/[]", derived);
        }
        else if (entry.Kind is EntryKind.Object or EntryKind.Alternate or EntryKind.Enum && _names.TryAdd(type, string.Empty))
        {
            _found.Add((type, path, derived));
            Walk(type, path, _table.Name(type) ?? derived);
        }
    }

    private void Walk(string type, string path, string name)
    {
        if (!_walked.Add(type))
        {
            return;
        }

        var entry = _schema.Type(type);
        foreach (var member in entry.Members.Where(member => member.Type.Length > 0))
        {
            var kind = JsonKind.Of(_schema, member.Type);
            var isChoice = member.Name.Length == 0;
            Use(member.Type, $"{path}/{(isChoice ? "|" + kind : member.Name)}", name + Naming.Pascal(isChoice ? kind : member.Name));
        }

        foreach (var branch in entry.Branches)
        {
            var inside = $"{path}/{entry.Tag}={branch.Case}";
            if (_schema.Type(branch.Type).Tag is null)
            {
                Walk(branch.Type, inside, name + Naming.Pascal(branch.Case));
            }
            else
            {
                Use(branch.Type, inside, name + Naming.Pascal(branch.Case));
            }
        }
    }

    // Those of the table first: a derived name gives way.
    private void Name()
    {
        foreach (var (type, path, derived) in _found.OrderBy(found => _table.Name(found.Type) is null))
        {
            if (_table.Name(type) is null)
            {
                _complaints.Add($"names.txt has no line for a type; if this is a good name for it, add: {path} {derived}");
            }

            _names[type] = Claim(_table.Name(type) ?? derived, "Type", path);
        }
    }

    private string CommandName(Entry entry)
    {
        var name = Naming.Pascal(entry.Name);
        return entry.Argument is { } argument && _names.GetValueOrDefault(argument) == name && _schema.Type(argument).Tag is null
            ? name
            : Claim(name, "Command", entry.Name);
    }

    private string Claim(string wanted, string suffix, string path)
    {
        var name = Naming.Claim(_taken, wanted, suffix);
        if (name != wanted)
        {
            _complaints.Add($"{wanted} is the name of something else already: give {path}, or the other, another line in names.txt");
        }

        return name;
    }
}
