using System.Text;
using Rx.Vm.Init.Native;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Shim;

/// <summary>The last steps: credentials, a clean signal state, execve.</summary>
internal static unsafe class Execution
{
    private const int Signals = 64;
    private const ulong SoftOpenFiles = 1024, HardOpenFiles = 524_288;

    /// <summary>Executes the command; returns only if that failed, with the exit code that says so.</summary>
    public static int Run(ShimPlan plan, Identity identity, int reportFd)
    {
        var environment = EnvironmentBlock.Build(plan.Pairs(), plan.Hostname, identity.Home, plan.Terminal);
        var limits = stackalloc ulong[2] { SoftOpenFiles, HardOpenFiles };
        _ = Libc.setrlimit(Abi.LimitOpenFiles, limits);
        BecomeUser(identity);
        ResetSignals();
        var errno = Execute(plan.Command, environment);
        var code = ExitCode.FromExecError(errno);
        var text = code == ExitCode.NotFound
            ? $"'{plan.Command[0]}' was not found"
            : $"'{plan.Command[0]}' cannot be executed: {SystemCallException.Describe(errno)}";
        ShimMain.Report(reportFd, ShimReport.CommandFailed, text, []);
        if (!plan.Joins)
        {
            _ = Fd.Write(2, Encoding.UTF8.GetBytes($"rxvm: {text}\n"));
        }

        return code;
    }

    /// <summary>By system call: the C library's functions would send the change to every thread by signal.</summary>
    private static void BecomeUser(Identity identity)
    {
        fixed (uint* groups = identity.Groups)
        {
            SystemCallException.Check(Libc.syscall(Abi.SysSetGroups, identity.Groups.Length, (nint)groups, 0), "setgroups");
        }

        SystemCallException.Check(Libc.syscall(Abi.SysSetGid, (nint)identity.Gid, 0, 0), $"setgid {identity.Gid}");
        SystemCallException.Check(Libc.syscall(Abi.SysSetUid, (nint)identity.Uid, 0, 0), $"setuid {identity.Uid}");
    }

    /// <summary>The runtime ignores SIGPIPE, and ignored signals stay so across execve: pipelines in a container would not end.</summary>
    private static void ResetSignals()
    {
        for (var number = 1; number <= Signals; number++)
        {
            _ = Libc.signal(number, 0);
        }

        // sigset_t of the C library: 128 bytes.
        var none = stackalloc byte[128];
        new Span<byte>(none, 128).Clear();
        _ = Libc.sigprocmask(Abi.SetMask, none, null);
    }

    /// <summary>As execvp: the first file that can be executed; one that may not be is remembered and the search goes on.</summary>
    private static int Execute(string[] command, string[] environment)
    {
        using var arguments = new NativeStrings(command);
        using var variables = new NativeStrings(environment);
        var errno = Abi.Enoent;
        var path = EnvironmentBlock.Find(environment, "PATH") ?? "";
        foreach (var candidate in CommandSearch.Candidates(command[0], path))
        {
            using var file = new NativeStrings([candidate]);
            _ = Libc.execve(*file.Pointer, arguments.Pointer, variables.Pointer);
            var refused = Fd.LastError;
            if (ExitCode.FromExecError(refused) != ExitCode.NotFound)
            {
                errno = refused;
                if (refused != Abi.Eacces)
                {
                    break;
                }
            }
        }

        return errno;
    }
}
