using System.Collections.Immutable;
using Rx.Qmp.Testing.Transcripts;

namespace Rx.Qmp.Testing;

/// <summary>
/// What a transcript may keep. It goes by command and by the path of a member, never by what the text looks like: a value is kept when its
/// command is allowed and no rule hides it, else <see cref="Mask"/> stands in its place. Of commands that are not allowed the names of the
/// members remain. Immutable: every method gives a new policy.
/// </summary>
/// <remarks>
/// A path is a list of member names between dots, below the arguments, the returned value or the event's data; a name may be * for any one
/// member or ** for any number of them, and elements of an array have the path of the array. What an error says is masked when something in
/// its command was. Greetings are kept.
/// </remarks>
public sealed class QmpRedaction
{
    /// <summary>What stands for a hidden value.</summary>
    public const string Mask = "***";

    private readonly ImmutableArray<RedactionRule> _rules;
    private readonly ImmutableHashSet<string> _allowed;
    private readonly bool _allowsAll;

    private QmpRedaction(ImmutableArray<RedactionRule> rules, ImmutableHashSet<string> allowed, bool allowsAll) =>
        (_rules, _allowed, _allowsAll) = (rules, allowed, allowsAll);

    /// <summary>
    /// Hides the data of secrets, passwords in whatever command, keys, cookies and addresses of block devices, what chardevs connect to,
    /// and everything about commands whose text may be anything: those of the human monitor, of keyboards and of the guest agent, and any
    /// that this version does not know.
    /// </summary>
    public static QmpRedaction Default { get; } = new(RedactionDefaults.Rules, RedactionDefaults.Allowed, allowsAll: false);

    /// <summary>Keeps everything: for machines that hold no secret.</summary>
    public static QmpRedaction None { get; } = new([], [], allowsAll: true);

    /// <summary>Hides a member of a command's arguments.</summary>
    /// <param name="command">The command; * for every one.</param>
    /// <param name="path">The member's path.</param>
    /// <returns>The new policy.</returns>
    public QmpRedaction Hide(string command, string path) => With(RedactionPlace.Arguments, command, path);

    /// <summary>Hides a member of what a command returns; the path ** hides all of it.</summary>
    /// <param name="command">The command; * for every one.</param>
    /// <param name="path">The member's path.</param>
    /// <returns>The new policy.</returns>
    public QmpRedaction HideReply(string command, string path) => With(RedactionPlace.Return, command, path);

    /// <summary>Hides a member of an event's data.</summary>
    /// <param name="name">The event; * for every one.</param>
    /// <param name="path">The member's path.</param>
    /// <returns>The new policy.</returns>
    public QmpRedaction HideEvent(string name, string path) => With(RedactionPlace.Data, name, path);

    /// <summary>Keeps the arguments and replies of commands, apart from what rules hide.</summary>
    /// <param name="commands">The commands, such as human-monitor-command.</param>
    /// <returns>The new policy.</returns>
    public QmpRedaction Allow(params string[] commands)
    {
        ArgumentNullException.ThrowIfNull(commands);
        return new(_rules, _allowed.Union(commands), _allowsAll);
    }

    internal bool Allows(string command) =>
        _allowsAll || _allowed.Contains(command)
        || (command.StartsWith("query-", StringComparison.Ordinal) && _allowed.Contains("query-*"));

    internal ImmutableArray<RedactionRule> RulesFor(RedactionPlace place, string name) =>
        [.. _rules.Where(rule => rule.Place == place && (rule.Name == "*" || rule.Name == name))];

    private QmpRedaction With(RedactionPlace place, string name, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new(_rules.Add(new RedactionRule(place, name, path)), _allowed, _allowsAll);
    }
}
