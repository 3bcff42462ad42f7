using Rx.Vm.Native;
using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Qemu;

/// <summary>
/// Sees to it that a start finds the file descriptors it needs. A runtime that runs out of them is broken for good: an assembly it
/// can't load then is never loaded. So there is a reserve that no machine gets.
/// </summary>
internal static class Descriptors
{
    /// <summary>What a machine keeps: directory, last words, process, four channels.</summary>
    public const int PerMachine = 7;

    // Measured: what a start has open at once beyond what it keeps, most of it the parked copies for the child.
    private const int PerStart = 33;

    // For assemblies, images, journals and sockets of whoever embeds this.
    private const int Kept = 12;

    private static readonly Lock Gate = new();
    private static int _starting;

    /// <summary>Sets aside what one start needs, until it is disposed.</summary>
    /// <exception cref="MachineStartException">There are too few left, or it can't be told because <c>/proc</c> is not ours.</exception>
    public static IDisposable Reserve(string id)
    {
        lock (Gate)
        {
            if (Problem(_starting + 1) is { } problem)
            {
                throw new MachineStartException(id, MachineStartFailure.Resources, $"machine '{id}' is not started: {problem}");
            }

            _starting++;
        }

        return System.Reactive.Disposables.Disposable.Create(static () =>
        {
            lock (Gate)
            {
                _starting--;
            }
        });
    }

    /// <summary>Why so many machines can't be started at once, in one sentence; null when they can.</summary>
    public static string? Problem(int starts = 1) => ForeignProc() ?? TooFew(starts);

    private static string? TooFew(int starts)
    {
        const int openFiles = 7;
        var needed = starts * (PerMachine + PerStart) + Kept;
        if (Libc.getrlimit(openFiles, out var limit) != 0 || limit.Soft >= int.MaxValue)
        {
            return null;
        }

        var open = Count();
        return (long)limit.Soft - open >= needed ? null
            : $"{needed} more file descriptors are needed, and {open} of the {limit.Soft} that this process may have are in use "
                + "(raise it: ulimit -n 1024)";
    }

    // Processes are watched through /proc; one that shows another pid namespace shows other processes.
    private static string? ForeignProc()
    {
        var self = File.ResolveLinkTarget("/proc/self", returnFinalTarget: false)?.Name;
        return self == Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture) ? null
            : "/proc is not mounted, or shows the processes of another pid namespace (mount -t proc proc /proc)";
    }

    // Since Linux 6.2 the directory's size is their number; it is counted where it is 0.
    private static int Count()
    {
        using var root = Libc.open("/proc/self/fd", Libc.OpenDirectory | Libc.OpenCloseOnExec);
        return Libc.statx(root, "", Libc.EmptyPath, out var facts) == 0 && facts.Size > 0
            ? (int)facts.Size
            : Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();
    }
}
