using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Rx.Vm.Cli.Commands;
using Rx.Vm.Cli.Streams;

namespace Rx.Vm.Cli;

/// <summary>The words of the program: which command is meant, what is wrong with them, what help there is.</summary>
internal static class CommandLine
{
    private const int Misused = 1;

    // Of these 1 is an answer.
    private static readonly string[] Answering = [RunCommand.Name, "replay", "doctor", "gc"];

    /// <summary>Runs the command that <paramref name="arguments"/> name.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var root = Create();

        // A word that begins with '@' is a file's name like any other, not a file full of further words.
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });

        // Signals are the commands' own business: a run must see its machine to its end first. So are colours and widths of the terminal.
        var settings = new InvocationConfiguration
        {
            Output = StandardText.Output,
            Error = StandardText.Error,
            ProcessTerminationTimeout = null,
            EnableDefaultExceptionHandler = false,
        };
        try
        {
            return parsed.Action is ParseErrorAction ? Complain(parsed) : await parsed.InvokeAsync(settings).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Complaint.Write(StandardText.Error, $"this is a fault of rxvm itself: {e.GetType().Name}: {e.Message}");
            StandardText.Error.WriteLine(e.StackTrace);
            return ExitCodes.Failed;
        }
    }

    internal static RootCommand Create()
    {
        var root = new RootCommand("Pods, each in a virtual machine of its own.")
        {
            RunCommand.Create(),
            ReplayCommand.Create(),
            DoctorCommand.Create(),
            GcCommand.Create(),
            ImageCommand.Create(),
            SetupCommand.Create(),
        };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpPage((HelpAction)help.Action!);
        return root;
    }

    private static int Complain(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        foreach (var trouble in Troubles(parsed, command))
        {
            Complaint.Write(StandardText.Error, trouble);
        }

        Complaint.Write(StandardText.Error, $"'{Path(parsed.CommandResult)} --help' tells more");
        return Answering.Contains(command.Name) ? ExitCodes.Failed : Misused;
    }

    private static IEnumerable<string> Troubles(ParseResult parsed, Command command)
    {
        // The parser's own words begin with the consequence, that a command is missing, before the word that is none.
        if (command.Subcommands.Count > 0)
        {
            var known = string.Join(", ", command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name));
            return [parsed.UnmatchedTokens is [var word, ..] ? $"there is no '{word}'; there are: {known}" : $"which command? There are: {known}"];
        }

        // An unknown option is taken for the argument, and then the argument for too much.
        return parsed.Tokens.FirstOrDefault(token => token.Type == TokenType.Argument && token.Value.StartsWith("--", StringComparison.Ordinal))
            is { } option
                ? [$"there is no option '{option.Value}'"]
                : parsed.Errors.Select(error => error.Message).Distinct();
    }

    private static string Path(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : result.Command.Name;
}
