using System.Collections.Immutable;

namespace Rx.Qmp.Testing.Transcripts;

/// <summary>Which part of a message a rule is about.</summary>
internal enum RedactionPlace
{
    Arguments,
    Return,
    Data,
}

/// <summary>Hides the values at a path.</summary>
/// <param name="place">In which part of a message.</param>
/// <param name="name">Of which command or event; * for every one.</param>
/// <param name="path">The path, see <see cref="QmpRedaction"/>.</param>
/// <param name="onlyIf">Which strings; null: every value.</param>
internal sealed class RedactionRule(RedactionPlace place, string name, string path, Func<string, bool>? onlyIf = null)
{
    private readonly ImmutableArray<string> _path = [.. path.Split('.')];

    public RedactionPlace Place { get; } = place;

    public string Name { get; } = name;

    /// <summary>Which strings are hidden; null: every value is.</summary>
    public Func<string, bool>? OnlyIf { get; } = onlyIf;

    /// <summary>True for the members the path leads to.</summary>
    public bool Covers(IReadOnlyList<string> members) => Matches(members, 0, 0);

    private bool Matches(IReadOnlyList<string> members, int at, int step)
    {
        for (; step < _path.Length; step++, at++)
        {
            if (_path[step] == "**")
            {
                for (var rest = at; rest <= members.Count; rest++)
                {
                    if (Matches(members, rest, step + 1))
                    {
                        return true;
                    }
                }

                return false;
            }

            if (at == members.Count || (_path[step] != "*" && _path[step] != members[at]))
            {
                return false;
            }
        }

        return at == members.Count;
    }
}
