using Rx.Vm.Init.Channels;
using Rx.Vm.Init.Loop;
using Rx.Vm.Init.Native;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Processes;

/// <summary>Makes the streams of a process, starts its set-up and puts it into the table.</summary>
internal sealed unsafe class Launcher(EventLoop loop, TtyChannel tty, ProcessTable table)
{
    private readonly Spawner _spawner = new();

    /// <summary>
    /// Starts. What follows is asynchronous: see <see cref="GuestProcess.Link"/>. Throws, with nothing left behind, if the kernel refuses.
    /// </summary>
    /// <param name="start">What to start.</param>
    /// <param name="pidNamespace">The pid namespace to join; -1: a new one.</param>
    /// <param name="namespaces">Further namespaces to enter.</param>
    /// <param name="ptsDirectory">The container's devpts, for a terminal in a running container.</param>
    public GuestProcess Launch(ProcessStart start, int pidNamespace, int[] namespaces, int ptsDirectory)
    {
        var child = new List<int>();
        ParentEnds? ends = null;
        PidNamespace? own = null;
        ShimLink? link = null;
        ControlGroup? group = null;
        int report = -1, plan = -1, pid = -1;
        try
        {
            ends = MakeStreams(start, ptsDirectory, child);
            var sockets = stackalloc int[2];
            SystemCallException.Check(
                Libc.socketpair(Abi.UnixDomain, Abi.SequencedPackets | Abi.SocketCloseOnExec, 0, sockets), "socketpair");
            report = sockets[0];
            child.Add(sockets[1]);
            plan = WritePlan(start.Plan with { Namespaces = namespaces });
            own = pidNamespace < 0 ? new(loop, _spawner) : null;
            pid = _spawner.Start(own?.Descriptor ?? pidNamespace, [child[0], child[1], child[2]], plan, sockets[1], namespaces);

            // Before its command runs, so nothing that it starts is outside.
            group = ControlGroup.TryMake(start.ExecIn ?? start.Session, start.ExecIn is null ? null : start.Session);
            if (group?.Add(pid) is false)
            {
                group.Dispose();
                group = null;
            }

            if (group is null && start.ExecIn is not null && ControlGroup.IsMounted)
            {
                // A kill would miss what it starts, without a word.
                throw new SystemCallException("the exec's cgroup", Fd.LastError);
            }

            Fd.SetNonBlocking(report);
            link = new(loop, Own(ref report));
            var pidFd = SystemCallException.Check((int)Libc.syscall(Abi.SysPidfdOpen, pid, 0, 0), "pidfd_open");
            var process = new GuestProcess(loop, tty, start, pid, pidFd, link, ends) { Namespace = own, Group = group, Told = table.Told };
            table.Add(process);
            return process;
        }
        catch
        {
            ends?.Dispose();
            link?.Dispose();
            Fd.Close(ref report);
            if (own is not null)
            {
                table.End(own);
            }

            if (pid > 0)
            {
                _ = Libc.kill(pid, Abi.SigKill);
            }

            group?.Dispose();

            throw;
        }
        finally
        {
            Fd.Close(ref plan);
            CloseAll(child);
        }
    }

    /// <summary>Fills <paramref name="child"/> with its stdin, stdout and stderr, and returns our ends.</summary>
    private static ParentEnds MakeStreams(ProcessStart start, int ptsDirectory, List<int> child)
    {
        var ends = new ParentEnds();
        try
        {
            if (!start.Plan.Terminal)
            {
                ends.MakeInput(child);
                ends.MakeOutput(child);
            }
            else if (start.Plan.Joins)
            {
                ends.MakeTerminal(ptsDirectory, child);
                child.Add(Duplicate(child[0]));
            }
            else
            {
                // The container's devpts doesn't exist yet: the set-up process opens the terminal in it and passes the master back.
                child.Add(Fd.Open("/dev/null", Abi.ReadWrite));
                child.Add(Duplicate(child[0]));
            }

            if (start.Plan.SeparateStderr)
            {
                ends.MakeError(child);
            }
            else
            {
                child.Add(Duplicate(child[1]));
            }

            return ends;
        }
        catch
        {
            ends.Dispose();
            throw;
        }
    }

    /// <summary>An anonymous file: unlike a pipe it takes any length without anybody reading.</summary>
    private static int WritePlan(ShimPlan plan)
    {
        var fd = SystemCallException.Check(Libc.memfd_create("plan", 1), "memfd_create");
        try
        {
            ReadOnlySpan<byte> rest = ShimPlanCodec.Encode(plan);
            while (!rest.IsEmpty)
            {
                rest = rest[SystemCallException.Check(Fd.Write(fd, rest), "write the plan")..];
            }

            _ = Libc.lseek(fd, 0, 0);
            return fd;
        }
        catch
        {
            Fd.Close(ref fd);
            throw;
        }
    }

    private static int Own(ref int fd)
    {
        var taken = fd;
        fd = -1;
        return taken;
    }

    private static int Duplicate(int fd) =>
        SystemCallException.Check(Libc.fcntl(fd, Abi.DuplicateCloseOnExec, 3), "duplicate a descriptor");

    private static void CloseAll(List<int> fds)
    {
        foreach (var each in fds)
        {
            var fd = each;
            Fd.Close(ref fd);
        }
    }
}
