using System.Collections.Immutable;

namespace Rx.Qmp.Generator.Model;

/// <summary>
/// Which types become C# types, and what they are called. Arguments and the branches of unions do not: their members go where they are
/// used, unless the same type is also the value of a member.
/// </summary>
internal sealed class TypeCatalog
{
    private readonly SchemaDocument _schema;
    private readonly NameTable _table;
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _walked = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly List<(string Type, string Derived)> _found = [];

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
            entry => entry.Name, entry => Naming.Claim(_taken, Naming.Pascal(entry.Name) + "Event", "Data"), StringComparer.Ordinal);
    }

    /// <summary>The C# names of the commands.</summary>
    public ImmutableDictionary<string, string> Commands { get; }

    /// <summary>The C# names of the events.</summary>
    public ImmutableDictionary<string, string> Events { get; }

    /// <summary>The types that become C# types, in the order of their C# names.</summary>
    public IEnumerable<(Entry Type, string Name)> Types =>
        _names.OrderBy(pair => pair.Value, StringComparer.Ordinal).Select(pair => (_schema.Type(pair.Key), pair.Value));

    public bool IsOpen(string command) => _table.IsOpen(command);

    /// <summary>True if a command's record serves as its arguments' type as well, under one name.</summary>
    public bool IsMerged(Entry command) =>
        command.Argument is { } argument && _names.GetValueOrDefault(argument) == Commands[command.Name];

    /// <summary>The C# name of a type that has one.</summary>
    public string? NameOf(string type) => _names.GetValueOrDefault(type);

    public Entry Type(string name) => _schema.Type(name);

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
        .Select(member => new Field(member.Name, Value(member.Type, type.Name, member.Name), IsOptional(type, member), member.Features));

    /// <summary>True if a member may be missing, here or in a later version.</summary>
    public bool IsOptional(Entry type, Member member) => member.Optional || _table.IsOptional(type.Name, member.Name);

    private void Find(Entry entry)
    {
        string name = Naming.Pascal(entry.Name);
        if (entry.Argument is { } argument)
        {
            if (_schema.Type(argument).Tag is null)
            {
                Walk(argument, name);
            }
            else
            {
                Use(argument, name + "Arguments");
            }
        }

        if (entry.Return is { } result && !IsNothing(result))
        {
            Use(result, name + "Result");
        }
    }

    /// <summary>True for an object without members: what a command returns that returns nothing.</summary>
    public bool IsNothing(string type) => _schema.Type(type) is { Kind: EntryKind.Object, Members.IsEmpty: true, Tag: null };

    private void Use(string type, string derived)
    {
        var entry = _schema.Type(type);
        if (entry.Kind == EntryKind.Array)
        {
            Use(entry.Element!, derived);
        }
        else if (entry.Kind is EntryKind.Object or EntryKind.Alternate or EntryKind.Enum && _names.TryAdd(type, string.Empty))
        {
            _found.Add((type, derived));
            Walk(type, _table.Name(type) ?? derived);
        }
    }

    private void Walk(string type, string name)
    {
        if (!_walked.Add(type))
        {
            return;
        }

        var entry = _schema.Type(type);
        foreach (var member in entry.Members.Where(member => member.Type.Length > 0))
        {
            Use(member.Type, name + Naming.Pascal(member.Name.Length > 0 ? member.Name : JsonKind.Of(_schema, member.Type)));
        }

        foreach (var branch in entry.Branches)
        {
            if (_schema.Type(branch.Type).Tag is null)
            {
                Walk(branch.Type, name + Naming.Pascal(branch.Case));
            }
            else
            {
                Use(branch.Type, name + Naming.Pascal(branch.Case));
            }
        }
    }

    // Those of the table first: a derived name gives way.
    private void Name()
    {
        foreach (var (type, derived) in _found.OrderBy(found => _table.Name(found.Type) is null))
        {
            _names[type] = Naming.Claim(_taken, _table.Name(type) ?? derived, "Type");
        }
    }

    private string CommandName(Entry entry)
    {
        string name = Naming.Pascal(entry.Name);
        return entry.Argument is { } argument && _names.GetValueOrDefault(argument) == name && _schema.Type(argument).Tag is null
            ? name
            : Naming.Claim(_taken, name, "Command");
    }
}
