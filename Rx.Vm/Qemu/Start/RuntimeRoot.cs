using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Native;
using Rx.Vm.Qemu.Processes;
using Rx.Vm.Text;

namespace Rx.Vm.Qemu;

/// <summary>
/// The directory that holds the machines' directories: this user's, writable by nobody else. Held by a descriptor and, while a machine's
/// directory comes or is swept, by a lock: without it a sweep could take a directory just made for one left behind, and a start one being
/// swept for one in use.
/// </summary>
internal sealed class RuntimeRoot : IDisposable
{
    private const int LockExclusiveNoWait = 2 | 4;
    private const int LockRelease = 8;

    // The lock is held for a fraction of a millisecond; from the tenth or so on, each of these turns sleeps for one.
    private const int Patience = 2000;

    // Nobody runs that many machines; a directory that holds more was filled by someone else.
    private const int MaxEntries = 100_000;

    private RuntimeRoot(SafeFileHandle handle, string path)
    {
        Handle = handle;
        Path = path;
    }

    /// <summary>The open directory.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Absolute path, for people.</summary>
    public string Path { get; }

    /// <summary>Opens the root; it is made when missing.</summary>
    /// <exception cref="VmDirectoryException">It is not safely ours.</exception>
    public static RuntimeRoot Open(string path)
    {
        if (!System.IO.Path.IsPathFullyQualified(path))
        {
            throw new VmDirectoryException($"the runtime root '{path}' is not an absolute path");
        }

        try
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VmDirectoryException($"the runtime root '{path}' cannot be made: {e.Message}", e);
        }

        var handle = Libc.open(path, Libc.OpenDirectory | Libc.OpenNoFollow | Libc.OpenCloseOnExec);
        if (handle.IsInvalid)
        {
            throw new VmDirectoryException(
                $"the runtime root '{path}' cannot be opened as a directory (a symbolic link?): "
                + Libc.Describe(Marshal.GetLastPInvokeError()));
        }

        CheckOwned(handle, path);
        return new RuntimeRoot(handle, path);
    }

    /// <summary>The same, with its lock.</summary>
    /// <exception cref="VmDirectoryException">It is not safely ours, or another process holds the lock and does not go on.</exception>
    public static RuntimeRoot OpenLocked(string path)
    {
        var root = Open(path);
        var wait = default(SpinWait);
        while (Libc.flock(root.Handle, LockExclusiveNoWait) != 0)
        {
            if (wait.Count > Patience)
            {
                root.Dispose();
                throw new VmDirectoryException($"the lock of '{path}' is held for seconds by a process that seems to be stopped");
            }

            wait.SpinOnce();
        }

        return root;
    }

    /// <summary>Why a runtime root cannot be used, or null when it can; it is made when missing.</summary>
    public static string? ProblemWith(string root)
    {
        try
        {
            Open(root).Dispose();
            return null;
        }
        catch (VmDirectoryException e)
        {
            return e.Message;
        }
    }

    /// <summary>Names below a root that could be machines' directories, sorted; none when there is no root.</summary>
    /// <exception cref="VmDirectoryException">It cannot be read.</exception>
    public static IReadOnlyList<string> Names(string root)
    {
        try
        {
            return Directory.Exists(root)
                ? [.. Directory.EnumerateDirectories(root).Take(MaxEntries).Select(System.IO.Path.GetFileName).OfType<string>()
                    .Where(Identifiers.IsValid).Order(StringComparer.Ordinal)]
                : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VmDirectoryException($"the runtime root '{root}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A directory below the root, never through a link.</summary>
    /// <returns>Null when there is none of that name.</returns>
    /// <exception cref="VmDirectoryException">What is there is no directory, or not ours alone.</exception>
    public SafeFileHandle? OpenChild(string name)
    {
        var handle = Libc.openat(Handle, name, Libc.OpenDirectory | Libc.OpenNoFollow | Libc.OpenCloseOnExec);
        if (handle.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            return error == Libc.NoSuchFile
                ? null
                : throw new VmDirectoryException($"'{Path}/{name}' is not a directory: {Libc.Describe(error)}");
        }

        CheckOwned(handle, $"{Path}/{name}");
        return handle;
    }

    /// <summary>Gives its lock back and closes it.</summary>
    public void Dispose()
    {
        Unlock(Handle);
        Handle.Dispose();
    }

    /// <summary>Gives back a lock that was taken for a look. Closing alone would not do at once: a child that was just forked elsewhere in
    /// this process has the same opening until it executes its program.</summary>
    public static void Unlock(SafeFileHandle handle)
    {
        if (!handle.IsClosed)
        {
            _ = Libc.flock(handle, LockRelease);
        }
    }

    private static void CheckOwned(SafeFileHandle directory, string path)
    {
        var problem = Libc.statx(directory, "", Libc.EmptyPath, out var facts) != 0
            ? $"'{path}': {Libc.Describe(Marshal.GetLastPInvokeError())}"
            : facts.Uid != Libc.geteuid() ? $"'{path}' belongs to user {facts.Uid}, not to user {Libc.geteuid()}"
            : facts.WritableByOthers ? $"'{path}' can be written by others (mode {Convert.ToString(facts.Mode & 0xFFF, 8)})"
            : null;
        if (problem is not null)
        {
            directory.Dispose();
            throw new VmDirectoryException(problem);
        }
    }
}
