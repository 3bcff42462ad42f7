namespace Rx.Vm.Init.Native;

/// <summary>
/// Starts this executable again as the set-up process of a container or exec. Managed code cannot fork, so posix_spawn does: it copies
/// nothing and runs none of our code between clone and exec.
/// </summary>
/// <remarks>
/// The new process is put into its pid namespace from outside: unshare or setns of a pid namespace moves only the caller's future
/// children, so the loop's thread points its children there, spawns and points them back. The container's process is thus in a namespace
/// of its own and at the same time our own child: no double spawn, no middleman that must pass on signals and exit codes.
/// Only this thread is affected, and it starts no thread in between, which the kernel would refuse.
/// </remarks>
internal sealed unsafe class Spawner
{
    /// <summary>The argument by which <c>Main</c> knows that it is the set-up process.</summary>
    public const string ShimArgument = "--rxvm-shim";

    /// <summary>The argument by which <c>Main</c> knows that it is the first process of a pid namespace.</summary>
    public const string FirstArgument = "--rxvm-first";

    // Larger than glibc's posix_spawn_file_actions_t (80 bytes) and posix_spawnattr_t (336).
    private const int OpaqueBytes = 1024;

    private readonly int _ownPids = Fd.Open("/proc/self/ns/pid", Abi.ReadOnly);

    /// <summary>
    /// Starts the first process of a new pid namespace; returns the pid. It does nothing but reap orphans, and the namespace ends with it.
    /// Without it the container's command would be that process, for which the kernel drops every signal it has no handler for: SIGTERM,
    /// and a SIGKILL from inside.
    /// </summary>
    public int StartFirst()
    {
        var nothing = SystemCallException.Check(Fd.Open("/dev/null", Abi.ReadWrite), "open /dev/null");
        try
        {
            return Start(-1, [nothing, nothing, nothing], [], [FirstArgument]);
        }
        finally
        {
            Fd.Close(ref nothing);
        }
    }

    /// <summary>Starts a set-up process; returns the pid.</summary>
    /// <param name="pidNamespace">The pid namespace to join.</param>
    /// <param name="stdio">What become descriptors 0, 1 and 2.</param>
    /// <param name="plan">The descriptor with the plan.</param>
    /// <param name="report">The socket for reports.</param>
    /// <param name="inherited">Further descriptors that keep their numbers.</param>
    public int Start(int pidNamespace, ReadOnlySpan<int> stdio, int plan, int report, ReadOnlySpan<int> inherited) =>
        Start(pidNamespace, stdio, [plan, report, .. inherited], [ShimArgument, plan.ToString(), report.ToString()]);

    private int Start(int pidNamespace, ReadOnlySpan<int> stdio, ReadOnlySpan<int> inherited, string[] arguments)
    {
        var actions = stackalloc byte[OpaqueBytes];
        var attributes = stackalloc byte[OpaqueBytes];
        _ = Libc.posix_spawn_file_actions_init(actions);
        _ = Libc.posix_spawnattr_init(attributes);
        try
        {
            _ = Libc.posix_spawnattr_setflags(attributes, Abi.SpawnSetSid);
            for (var i = 0; i < stdio.Length; i++)
            {
                Keep(actions, stdio[i], i);
            }

            foreach (var fd in inherited)
            {
                Keep(actions, fd, fd);
            }

            return StartIn(pidNamespace, actions, attributes, arguments);
        }
        finally
        {
            _ = Libc.posix_spawn_file_actions_destroy(actions);
            _ = Libc.posix_spawnattr_destroy(attributes);
        }
    }

    /// <summary>A duplicate onto itself takes close-on-exec off in the child only.</summary>
    private static void Keep(byte* actions, int from, int to)
    {
        if (Libc.posix_spawn_file_actions_adddup2(actions, from, to) is var errno and not 0)
        {
            throw new SystemCallException("prepare a process", errno);
        }
    }

    private int StartIn(int pidNamespace, byte* actions, byte* attributes, string[] arguments)
    {
        SystemCallException.Check(
            pidNamespace < 0 ? Libc.unshare(Abi.NewPids) : Libc.setns(pidNamespace, Abi.NewPids),
            pidNamespace < 0 ? "make a pid namespace" : "enter the pid namespace");
        try
        {
            return Spawn(actions, attributes, arguments);
        }
        finally
        {
            SystemCallException.Check(Libc.setns(_ownPids, Abi.NewPids), "leave the pid namespace");
        }
    }

    private static int Spawn(byte* actions, byte* attributes, string[] arguments)
    {
        using var vector = new NativeStrings(["rxvm-init", .. arguments]);
        byte* noEnvironment = null;
        int pid;
        fixed (byte* path = "/proc/self/exe\0"u8)
        {
            var errno = Libc.posix_spawn(&pid, path, actions, attributes, vector.Pointer, &noEnvironment);
            return errno == 0 ? pid : throw new SystemCallException("start a process", errno);
        }
    }
}
