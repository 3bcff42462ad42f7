using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Rx.Vm.Cli.Native;
using Rx.Vm.Cli.Streams;

namespace Rx.Vm.Cli.Commands;

/// <summary>The help of a command, as wide as the terminal, and what only <c>run</c> has to say.</summary>
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
          128+n  the run was ended by signal n (130: Ctrl-C, 143: SIGTERM) and the pod had no code of its own

        A first signal stops the pod in order, a second kills its machine. With --interactive and a container that has
        a terminal ("tty": true) every key goes to the container once it runs, Ctrl-C too.

        Example:
          echo '{"containers":[{"image":"busybox","command":["echo","hello"]}]}' | rxvm run -

        """;

    // Who asks for help need not have said everything else.
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        page.MaxWidth = Posix.TryGetWindowSize(StandardText.Output.Output.Descriptor, out _, out var columns) ? columns : Width;
        var code = page.Invoke(parseResult);
        if (parseResult.CommandResult.Command.Name == RunCommand.Name)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(OfRun);
        }

        return code;
    }
}
