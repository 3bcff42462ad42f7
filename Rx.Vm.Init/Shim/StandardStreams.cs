using Rx.Vm.Init.Native;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Shim;

/// <summary>Descriptors 0, 1 and 2 of the command.</summary>
internal static unsafe class StandardStreams
{
    private const uint Unchanged = uint.MaxValue;

    /// <summary>
    /// Opens the terminal of a new container, makes it the controlling one, and gives all three to the user. Returns what init needs: the
    /// devpts of a new container and its terminal's master.
    /// </summary>
    public static int[] Prepare(ShimPlan plan, Identity identity)
    {
        var passed = plan.Joins ? [] : OpenTerminal(plan);
        if (plan.Terminal)
        {
            SystemCallException.Check(Libc.ioctl(0, Abi.SetControllingTty, 0), "make the terminal the controlling one");
        }

        for (var fd = 0; fd <= 2; fd++)
        {
            // Otherwise opening /dev/stdout fails for anyone but root. A terminal keeps its group, which is what mesg and write go by.
            _ = Libc.fchown(fd, identity.Uid, plan.Terminal && (fd < 2 || !plan.SeparateStderr) ? Unchanged : identity.Gid);
        }

        return passed;
    }

    private static int[] OpenTerminal(ShimPlan plan)
    {
        var directory = Fd.Open("/dev/pts", Abi.PathOnly | Abi.Directory);
        if (!plan.Terminal)
        {
            return [directory];
        }

        var (master, terminal) = Pty.Open(directory);
        for (var fd = 0; fd <= (plan.SeparateStderr ? 1 : 2); fd++)
        {
            SystemCallException.Check(Libc.dup2(terminal, fd), "dup2");
        }

        DeviceTree.BindConsole(Pty.Number(master));
        Fd.Close(ref terminal);
        return [directory, master];
    }
}
