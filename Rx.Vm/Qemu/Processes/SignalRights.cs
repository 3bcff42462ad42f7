using System.Runtime.InteropServices;
using Rx.Vm.Native;

namespace Rx.Vm.Qemu.Processes;

/// <summary>
/// Whose signals the kernel sends on a descriptor's behalf. It goes by the effective user who named the owner: the initial namespace's root
/// may signal everybody, anyone else, also root of a container with users of its own, only itself.
/// </summary>
internal static class SignalRights
{
    private const int GetDumpable = 3;
    private const int SetDumpable = 4;

    private static readonly Lock Gate = new();
    private static readonly nint SetResUid = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 147 : 117;

    /// <summary>Whether this process is root of the initial user namespace.</summary>
    public static bool ReachEveryUser { get; } = Libc.geteuid() == 0 && IsIdentity(ProcFs.ReadSmall("/proc/self/uid_map") ?? "");

    /// <summary>Whether a uid map is that of the initial namespace: every user is itself.</summary>
    public static bool IsIdentity(string map) =>
        map.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is ["0", "0", "4294967295"];

    /// <summary>
    /// Runs <paramref name="action"/> as another effective user, on a thread that ends with it: to the kernel, users belong to threads.
    /// </summary>
    /// <returns>What it returned, or the error number of the change.</returns>
    public static int As(uint uid, Func<int> action)
    {
        // A change of user also makes the process undumpable, unreadable for its own debugger; one at a time puts that back.
        lock (Gate)
        {
            var dumpable = Libc.prctl(GetDumpable, 0, 0, 0, 0);
            var result = 0;
            var thread = new Thread(
                () => result = Libc.syscall(SetResUid, -1, (nint)uid, -1, 0) == 0 ? action() : Marshal.GetLastPInvokeError(), 256 * 1024);
            thread.Start();
            thread.Join();
            _ = Libc.prctl(SetDumpable, dumpable, 0, 0, 0);
            return result;
        }
    }
}
