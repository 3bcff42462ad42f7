using System.Collections.Immutable;
using System.Globalization;

namespace Rx.Vm.Testing.Simulation;

/// <summary>
/// A very small shell: lists of simple commands. What it does not know it refuses, so that no test believes in a wrong result.
/// </summary>
internal static class Shell
{
    private const int Misused = 2;
    private const int NotFound = 127;

    /// <summary><c>sh -c SCRIPT</c>.</summary>
    public static IEnumerable<SimulatedStep> Run(SimulatedCall call)
    {
        if (call.Arguments is not [_, "-c", var script, ..])
        {
            return Refuse("only 'sh -c SCRIPT' is simulated");
        }

        return ShellScript.TryParse(script, out var commands, out var error) ? Run(call, commands) : Refuse(error);
    }

    private static IEnumerable<SimulatedStep> Refuse(string error) =>
        [SimulatedStep.PrintError($"sh: {error}\n"), SimulatedStep.Exit(Misused)];

    private static IEnumerable<SimulatedStep> Run(SimulatedCall call, List<ShellCommand> commands)
    {
        var shell = new State { Environment = call.Environment, Workdir = call.Workdir };
        foreach (var command in commands)
        {
            if (command.Link == ShellScript.Link.And && shell.Code != 0 || command.Link == ShellScript.Link.Or && shell.Code == 0)
            {
                continue;
            }

            var words = command.Expand(shell.Environment, shell.Code);
            if (BuiltIn(shell, words))
            {
                if (shell.IsOver)
                {
                    break;
                }

                continue;
            }

            var replaced = words[0] == "exec" && words.Length > 1;
            foreach (var step in RunProgram(call, shell, replaced ? words[1..] : words))
            {
                if (step.Kind == SimulatedStep.StepKind.Exit)
                {
                    shell.Code = step.Code;
                    break;
                }

                yield return command.Redirect(step);
            }

            if (replaced)
            {
                break;
            }
        }

        yield return SimulatedStep.Exit(shell.Code);
    }

    private static IEnumerable<SimulatedStep> RunProgram(SimulatedCall call, State shell, ImmutableArray<string> words)
    {
        shell.Code = 0;
        var name = words[0][(words[0].LastIndexOf('/') + 1)..];
        return call.Programs.TryGetValue(name, out var program)
            ? program(call.With(words, shell.Environment, shell.Workdir))
            : [SimulatedStep.PrintError($"sh: {words[0]}: not found\n"), SimulatedStep.Exit(NotFound)];
    }

    private static bool BuiltIn(State shell, ImmutableArray<string> words)
    {
        if (words.IsEmpty)
        {
            return true;
        }

        switch (words[0])
        {
            case "exit":
                shell.IsOver = true;
                shell.Code = words.Length > 1 && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var code)
                    ? code & 0xFF
                    : shell.Code;
                return true;
            case ":":
                shell.Code = 0;
                return true;
            case "cd":
                var target = words.Length > 1 ? words[1] : "/";
                shell.Workdir = target.StartsWith('/') ? target : $"{shell.Workdir.TrimEnd('/')}/{target}";
                shell.Code = 0;
                return true;
            case "export":
                foreach (var word in words.AsEnumerable().Skip(1))
                {
                    Assign(shell, word);
                }

                shell.Code = 0;
                return true;
            default:
                return words.Length == 1 && Assign(shell, words[0]);
        }
    }

    private static bool Assign(State shell, string word)
    {
        var at = word.IndexOf('=');
        if (at <= 0 || !word.AsSpan(0, at).ContainsOnlyLettersDigitsAndUnderscores())
        {
            return false;
        }

        shell.Environment = shell.Environment.SetItem(word[..at], word[(at + 1)..]);
        shell.Code = 0;
        return true;
    }

    private static bool ContainsOnlyLettersDigitsAndUnderscores(this ReadOnlySpan<char> name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
            {
                return false;
            }
        }

        return true;
    }

    private sealed class State
    {
        public required ImmutableDictionary<string, string> Environment { get; set; }

        public required string Workdir { get; set; }

        public int Code { get; set; }

        public bool IsOver { get; set; }
    }
}
