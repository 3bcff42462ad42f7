using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Rx.Vm.Testing.Simulation;

/// <summary>A simple command.</summary>
internal sealed class ShellCommand(ShellScript.Link link)
{
    public ShellScript.Link Link { get; } = link;

    public List<string> Words { get; } = [];

    public ShellScript.Target Target { get; set; }

    /// <summary>Sends a step's output where the command says.</summary>
    public SimulatedStep Redirect(SimulatedStep step) => (step.Kind, Target) switch
    {
        (SimulatedStep.StepKind.Print, ShellScript.Target.Error) => SimulatedStep.PrintError(step.Bytes),
        (SimulatedStep.StepKind.PrintError, ShellScript.Target.Output) => SimulatedStep.Print(step.Bytes),
        _ => step,
    };

    /// <summary>The words without their quotes, with values for variables. A bare variable without a value is no word.</summary>
    public ImmutableArray<string> Expand(ImmutableDictionary<string, string> variables, int lastCode)
    {
        var words = ImmutableArray.CreateBuilder<string>();
        foreach (var word in Words)
        {
            var value = Expand(word, variables, lastCode);
            if (value.Length > 0 || word.AsSpan().ContainsAny('\'', '"'))
            {
                words.Add(value);
            }
        }

        return words.DrainToImmutable();
    }

    private static string Expand(string word, ImmutableDictionary<string, string> variables, int lastCode)
    {
        var text = new StringBuilder();
        var quote = '\0';
        for (var at = 0; at < word.Length; at++)
        {
            var c = word[at];
            if (c == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && c is ('\'' or '"'))
            {
                quote = c;
            }
            else if (c == '\\' && quote != '\'' && at + 1 < word.Length)
            {
                at++;
                text.Append(quote == '"' && word[at] is not ('"' or '\\' or '$') ? $"\\{word[at]}" : word[at].ToString());
            }
            else if (c == '$' && quote != '\'')
            {
                at += Variable(word.AsSpan(at + 1), variables, lastCode, text);
            }
            else
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }

    /// <summary>Appends the value of the variable at the front; returns how long its name was.</summary>
    private static int Variable(
        ReadOnlySpan<char> rest, ImmutableDictionary<string, string> variables, int lastCode, StringBuilder text)
    {
        if (!rest.IsEmpty && rest[0] == '?')
        {
            text.Append(lastCode.ToString(CultureInfo.InvariantCulture));
            return 1;
        }

        var braced = !rest.IsEmpty && rest[0] == '{';
        var name = braced ? rest[1..] : rest;
        var length = 0;
        while (length < name.Length && (char.IsAsciiLetterOrDigit(name[length]) || name[length] == '_'))
        {
            length++;
        }

        if (length == 0)
        {
            text.Append('$');
            return 0;
        }

        text.Append(variables.GetValueOrDefault(name[..length].ToString(), ""));
        return length + (braced ? 2 : 0);
    }
}
