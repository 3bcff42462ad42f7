using System.Collections.Immutable;

namespace Rx.Qmp.Generator.Model;

/// <summary>The hand-written table (names.txt), applied to one schema: what its paths lead to there.</summary>
internal sealed class NameTable
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<(string Owner, string Member)> _unsigned = [];
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private readonly SchemaDocument _schema;

    public NameTable(SchemaDocument schema, string text)
    {
        _schema = schema;
        var unresolved = ImmutableArray.CreateBuilder<string>();
        foreach (var line in text.Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (!Apply(line.Split(' ')))
            {
                unresolved.Add(line);
            }
        }

        Unresolved = unresolved.ToImmutable();
    }

    /// <summary>The lines whose path this schema does not have.</summary>
    public ImmutableArray<string> Unresolved { get; }

    /// <summary>The table as it is in this program.</summary>
    public static string Embedded()
    {
        using var stream = typeof(NameTable).Assembly.GetManifestResourceStream("names.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>The name of a type, or null if no line has one.</summary>
    public string? Name(string type) => _names.GetValueOrDefault(type);

    /// <summary>True if a member's integer, or the elements of its array, have 64 bits without sign.</summary>
    public bool IsUnsigned(string owner, string member) => _unsigned.Contains((owner, member));

    /// <summary>True if a command takes arguments that introspection does not list.</summary>
    public bool IsOpen(string command) => _open.Contains(command);

    private bool Apply(string[] words)
    {
        if (words is ["open", var command])
        {
            _open.Add(command);
            return _schema.Commands.Any(entry => entry.Name == command);
        }

        var isUnsigned = words[0] == "unsigned";
        if (Resolve(words[isUnsigned ? 1 : 0]) is not { } target)
        {
            return false;
        }

        if (isUnsigned)
        {
            _unsigned.Add((target.Owner, target.Member));
        }
        else
        {
            _names.TryAdd(target.Type, words[1]);
        }

        return true;
    }

    // Array steps do not change owner and member: what counts is the member that holds the array.
    private (string Owner, string Member, string Type)? Resolve(string path)
    {
        var steps = path.Split('/');
        var start = _schema.Commands.Concat(_schema.Events).FirstOrDefault(entry => entry.Name == steps[0]);
        if (start is null)
        {
            return null;
        }

        var isReturn = steps.Length > 1 && steps[1] == "return" && start.Kind == EntryKind.Command;
        (string Owner, string Member, string? Type) at = (steps[0], isReturn ? "return" : string.Empty, isReturn ? start.Return : start.Argument);
        foreach (var step in steps.Skip(isReturn ? 2 : 1))
        {
            if (at.Type is null)
            {
                return null;
            }

            at = Step(at.Owner, at.Member, _schema.Type(at.Type), step);
        }

        return at.Type is null ? null : (at.Owner, at.Member, at.Type);
    }

    private (string Owner, string Member, string? Type) Step(string owner, string member, Entry type, string step)
    {
        if (step == "[]")
        {
            return (owner, member, type.Element);
        }

        if (step[0] == '|')
        {
            return (type.Name, step, type.Members.FirstOrDefault(choice => JsonKind.Of(_schema, choice.Type) == step[1..])?.Type);
        }

        return step.Split('=') is [_, var value]
            ? (type.Name, step, type.Branches.FirstOrDefault(branch => branch.Case == value)?.Type)
            : (type.Name, step, type.Members.FirstOrDefault(candidate => candidate.Name == step)?.Type);
    }
}
