using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Rx.Vm.Cli.Native;
using Rx.Vm.Cli.Streams;

namespace Rx.Vm.Cli.Commands;

/// <summary>The help of a command, as wide as the terminal, and its exit codes.</summary>
internal sealed class HelpPage(HelpAction page) : SynchronousCommandLineAction
{
    private const int Width = 100;

    private const string OfRun =
        """
        Exit codes:
          The pod's own: that of its first container that did not end with 0, 128+n where signal n ended it,
          126 and 127 where its command can't be executed or isn't there. And the tool's:
          124    the run took longer than --timeout
          125    the spec, an image or an option is wrong, or the machine failed; standard error says what
          141    nobody reads standard output or standard error any more
          128+n  the run was ended by signal n (130: Ctrl-C, 143: SIGTERM) and the pod did not end by itself

        A first signal stops the pod in order, and so does --timeout; a signal after that kills its machine. With --interactive and a container that has
        a terminal ("tty": true) every key goes to the container once it runs, Ctrl-C too.

        Example:
          echo '{"containers":[{"image":"busybox","command":["echo","hello"]}]}' | rxvm run -

        """;

    private const string OfOthers =
        """
        Exit codes:
          0      all is well
          1      it is not: the command's answer, or what standard error tells
          125    the result can't be written to standard output; of doctor, gc and replay also: an option or a file is wrong
          141    nobody reads standard output any more

        """;

    // Who asks for help need not have said everything else.
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        page.MaxWidth = Posix.TryGetWindowSize(StandardText.Output.Output.Descriptor, out _, out var columns) ? columns : Width;
        var code = page.Invoke(parseResult);
        var command = parseResult.CommandResult.Command;
        if (command.Subcommands.Count == 0)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(command.Name == RunCommand.Name ? OfRun : OfOthers);
        }

        return code;
    }
}
