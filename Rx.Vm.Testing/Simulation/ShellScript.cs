using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Rx.Vm.Testing.Simulation;

/// <summary>A script of the simulated shell, cut into simple commands.</summary>
internal static class ShellScript
{
    private static readonly ImmutableHashSet<string> Keywords =
    [
        "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "function", "{", "}", "!", "trap",
        "read",
    ];

    private static readonly SearchValues<char> NameLetters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    /// <summary>When a command runs, by the exit code of the one before.</summary>
    internal enum Link : byte
    {
        Always,
        And,
        Or,
    }

    /// <summary>Cuts a script up, or says what is wrong with it.</summary>
    public static bool TryParse(string script, out List<ShellCommand> commands, [NotNullWhen(false)] out string? error)
    {
        commands = [];
        error = null;
        var command = new ShellCommand(Link.Always);
        for (var at = 0; at < script.Length && error is null;)
        {
            var rest = script.AsSpan(at);
            if (rest[0] is ' ' or '\t')
            {
                at++;
            }
            else if (Separator(rest) is var (link, length))
            {
                commands.Add(command);
                command = new ShellCommand(link);
                at += length;
            }
            else if (Redirection(rest) is var (target, taken))
            {
                command.Target = target;
                at += taken;
            }
            else if (Word(rest, out error) is { } word)
            {
                command.Words.Add(word);
                at += word.Length;
            }
        }

        commands.Add(command);
        commands.RemoveAll(c => c.Words.Count == 0);
        error ??= commands.Find(c => Keywords.Contains(c.Words[0])) is { } foreign ? $"'{foreign.Words[0]}' is not simulated" : null;
        return error is null;
    }

    private static (Link Link, int Length)? Separator(ReadOnlySpan<char> rest) =>
        rest[0] is ';' or '\n' ? (Link.Always, 1)
        : rest.StartsWith("&&") ? (Link.And, 2)
        : rest.StartsWith("||") ? (Link.Or, 2)
        : null;

    private static (Target Target, int Length)? Redirection(ReadOnlySpan<char> rest) =>
        rest.StartsWith(">&2") ? (Target.Error, 3)
        : rest.StartsWith("1>&2") ? (Target.Error, 4)
        : rest.StartsWith("2>&1") ? (Target.Output, 4)
        : null;

    /// <summary>One word as it stands, quotes and all.</summary>
    private static string? Word(ReadOnlySpan<char> rest, out string? error)
    {
        error = null;
        var quote = '\0';
        var end = 0;
        for (; end < rest.Length; end++)
        {
            var c = rest[end];
            if (c == '\\' && quote != '\'')
            {
                end++;
            }
            else if (quote != '\'' && Foreign(rest[end..], isFirst: end == 0) is { } foreign)
            {
                error = $"syntax error: '{foreign}' is not simulated";
                return null;
            }
            else if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '\'' or '"')
            {
                quote = c;
            }
            else if (c is ' ' or '\t' or '\n' or ';' || Separator(rest[end..]) is not null)
            {
                break;
            }
            else if (c is '|' or '&' or '<' or '>' or '(' or ')' or '*' or '?' && (c != '?' || rest[Math.Max(end - 1, 0)] != '$'))
            {
                error = $"syntax error: '{c}' is not simulated";
                return null;
            }
        }

        if (quote == '\0' && end <= rest.Length)
        {
            return rest[..end].ToString();
        }

        error = "syntax error: unterminated quote";
        return null;
    }

    // What a shell would replace, and this one can't: a word with it in must not pass for text.
    private static string? Foreign(ReadOnlySpan<char> rest, bool isFirst) => rest switch
    {
        ['`', ..] => "`",
        ['#', ..] when isFirst => "#",
        ['~', ..] when isFirst => "~",
        ['$', '(', ..] => "$(",
        ['$', '{', ..] when !IsPlain(rest[2..]) => "${",
        ['$', '@' or '*' or '#' or '$' or '!' or '-' or '\'', ..] => rest[..2].ToString(),
        ['$', var digit, ..] when char.IsAsciiDigit(digit) => rest[..2].ToString(),
        _ => null,
    };

    private static bool IsPlain(ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOf('}');
        return end > 0 && !char.IsAsciiDigit(rest[0]) && rest[..end].IndexOfAnyExcept(NameLetters) < 0;
    }

    /// <summary>Where a command's output goes.</summary>
    internal enum Target : byte
    {
        None,
        Error,
        Output,
    }
}
