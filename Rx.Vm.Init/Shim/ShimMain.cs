using Rx.Vm.Init.Native;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Shim;

/// <summary>
/// The set-up process: this executable, started again in the new process's pid namespace. It turns itself into the container's first
/// process (or an exec's): namespaces, mounts, terminal, working directory, then a report to init, and after init's word credentials
/// and execve.
/// </summary>
/// <remarks>
/// The runtime has threads of its own, so everything here concerns the calling thread alone, by system call where the C library would
/// tell all threads; execve then makes this thread the process and ends the others.
/// </remarks>
internal static unsafe class ShimMain
{
    private const int MaxPlanBytes = 16 << 20;

    /// <summary>Does it all; returns the exit code if the command could not be executed.</summary>
    public static int Run(int planFd, int reportFd)
    {
        try
        {
            // Processes of the container we join must not look into this one, which still has init's files open.
            _ = Libc.syscall(Abi.SysPrctl, Abi.PrctlSetDumpable, 0, 0);
            var plan = ReadPlan(planFd);
            var identity = Prepare(plan, out var passed);
            Report(reportFd, ShimReport.Prepared, "", passed);
            if (!AwaitWord(reportFd))
            {
                return ExitCode.SetupFailed;
            }

            return Execution.Run(plan, identity, reportFd);
        }
        catch (Exception e)
        {
            Report(reportFd, ShimReport.SetupFailed, e.Message, []);
            return ExitCode.SetupFailed;
        }
    }

    /// <summary>Sends a report; init may be gone, then so are we.</summary>
    public static void Report(int fd, byte kind, string text, ReadOnlySpan<int> passed)
    {
        SetCloseOnExec(fd);
        Descriptors.Send(fd, new ShimReport(kind, text).Encode(), passed);
    }

    private static Identity Prepare(ShimPlan plan, out int[] passed)
    {
        if (plan.Joins)
        {
            EnterNamespaces(plan.Namespaces);
        }
        else
        {
            ContainerRoot.Enter(plan);
            EnterNamespaces(plan.Namespaces);
            DeviceTree.Mount();
        }

        if (!IdentityResolver.TryResolve(
                Files.TryRead("/etc/passwd", AccountFiles.MaxBytes),
                Files.TryRead("/etc/group", AccountFiles.MaxBytes),
                plan.User,
                plan.Group,
                plan.AdditionalGroups,
                out var identity,
                out var error))
        {
            throw new InvalidOperationException(error);
        }

        passed = StandardStreams.Prepare(plan, identity);
        WorkingDirectory(plan.Workdir);
        return identity;
    }

    private static void EnterNamespaces(int[] namespaces)
    {
        // A mount namespace can only be entered by a task that shares its root and working directory with no other.
        SystemCallException.Check(Libc.unshare(Abi.OwnFs), "unshare");
        foreach (var each in namespaces)
        {
            var fd = each;
            SystemCallException.Check(Libc.setns(fd, 0), "enter the container's namespaces");
            Fd.Close(ref fd);
        }
    }

    private static void WorkingDirectory(string path)
    {
        if (Libc.chdir(path) < 0)
        {
            Files.MakeDirectories(path);
            SystemCallException.Check(Libc.chdir(path), $"working directory {path}");
        }
    }

    private static ShimPlan ReadPlan(int fd)
    {
        using var bytes = new MemoryStream();
        Span<byte> chunk = stackalloc byte[8192];
        int count;
        while ((count = SystemCallException.Check(Fd.Read(fd, chunk), "read the plan")) > 0 && bytes.Length < MaxPlanBytes)
        {
            bytes.Write(chunk[..count]);
        }

        Fd.Close(ref fd);
        return ShimPlanCodec.Decode(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    private static bool AwaitWord(int fd)
    {
        Span<byte> word = stackalloc byte[1];
        return Fd.Read(fd, word) == 1;
    }

    private static void SetCloseOnExec(int fd) => _ = Libc.fcntl(fd, Abi.SetDescriptorFlags, Abi.DescriptorCloseOnExec);
}
