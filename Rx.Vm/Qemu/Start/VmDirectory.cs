using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Qemu;

/// <summary>
/// The directory of one machine, mode 0700 under the runtime root, held by a descriptor and a lock. Everything in it is reached through
/// that descriptor, so neither a long path (S12) nor a swapped one matters. The emulator inherits the descriptor: the lock is free
/// exactly when both the host that started it and the emulator are gone, which is how a stale directory is told from one in use (F17,
/// F18).
/// </summary>
internal sealed class VmDirectory : IDisposable
{
    private const int LockExclusiveNoWait = 2 | 4;
    private const int RemoveDirectory = 0x200;
    private const int UnixStreamCloseOnExec = 1 | 0x80000;
    private const int Backlog = 4;

    // Far more than the handful of entries a machine makes; a directory that holds more was filled by someone else.
    private const int MaxEntries = 1024;

    private VmDirectory(SafeFileHandle handle, string path)
    {
        Handle = handle;
        Path = path;
    }

    /// <summary>Absolute path, for people and for the record.</summary>
    public string Path { get; }

    /// <summary>The open directory; its lock is held while any copy of the descriptor is open.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Makes the directory of a machine, or takes over one that a dead machine left.</summary>
    /// <exception cref="VmDirectoryException">The root or the directory is not safely ours, or a live machine has the name.</exception>
    public static VmDirectory Create(string root, string id)
    {
        MachineSpecRules.CheckId(id);
        using var rootHandle = OpenRoot(root);

        // A second round when the previous owner removed the directory between our mkdir and our lock.
        for (var round = 0; round < 8; round++)
        {
            if (Libc.MakeDirectoryAt(rootHandle, id, 0x1C0) != 0 && Marshal.GetLastPInvokeError() is var error and not Libc.Exists)
            {
                throw new VmDirectoryException($"'{root}/{id}' cannot be made: {Libc.Describe(error)}");
            }

            if (TryLock(rootHandle, root, id) is { } handle)
            {
                var directory = new VmDirectory(handle, System.IO.Path.Combine(root, id));
                directory.Empty();
                return directory;
            }
        }

        throw new VmDirectoryException($"'{root}/{id}' is removed and made again by others all the time");
    }

    /// <summary>Opens the directory of a machine that runs, without the lock.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="VmDirectoryException">What is there is not safely ours.</exception>
    public static VmDirectory? Open(string path)
    {
        var root = System.IO.Path.GetDirectoryName(path) ?? throw new VmDirectoryException($"'{path}' is not a machine's directory");
        var id = System.IO.Path.GetFileName(path);
        MachineSpecRules.CheckId(id);
        if (!Directory.Exists(root))
        {
            return null;
        }

        using var rootHandle = OpenRoot(root);
        var handle = Libc.OpenAt(rootHandle, id, Libc.OpenDirectory | Libc.OpenNoFollow | Libc.OpenCloseOnExec);
        if (handle.IsInvalid)
        {
            return null;
        }

        CheckOwned(handle, path);
        return new VmDirectory(handle, path);
    }

    /// <summary>Removes the directory of a machine that is gone; one in use is left alone.</summary>
    /// <returns>Whether nothing is left.</returns>
    public static bool RemoveStale(string path)
    {
        using var directory = Open(path);
        if (directory is null)
        {
            return true;
        }

        if (Libc.FLock(directory.Handle, LockExclusiveNoWait) != 0)
        {
            return false;
        }

        directory.Remove();
        return true;
    }

    /// <summary>Why a runtime root cannot be used, or null when it can; it is made when missing.</summary>
    public static string? ProblemWith(string root)
    {
        try
        {
            OpenRoot(root).Dispose();
            return null;
        }
        catch (VmDirectoryException e)
        {
            return e.Message;
        }
    }

    /// <summary>Binds a unix socket in the directory and lets it listen.</summary>
    public SafeFileHandle Listen(string name)
    {
        var socket = Libc.NewSocket(1, UnixStreamCloseOnExec, 0);
        if (socket.IsInvalid || !Bind(socket, AddressOf(name)) || Libc.Listen(socket, Backlog) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            socket.Dispose();
            throw new VmDirectoryException($"socket '{Path}/{name}': {Libc.Describe(error)}");
        }

        return socket;
    }

    /// <summary>Connects to a socket of the directory. Does not wait: a full backlog is an error.</summary>
    /// <exception cref="SocketException">Nobody listens.</exception>
    public Socket Connect(string name)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Blocking = false;
            socket.Connect(new UnixDomainSocketEndPoint(AddressOf(name)));
            socket.Blocking = true;
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Removes the directory and what is in it. Never leaves it: links are removed, not followed.</summary>
    /// <exception cref="VmDirectoryException">Something could not be removed.</exception>
    public void Remove()
    {
        Empty();
        var name = System.IO.Path.GetFileName(Path);
        using var root = OpenRoot(System.IO.Path.GetDirectoryName(Path)!);
        if (IsStillAt(root, name, Handle) && Libc.UnlinkAt(root, name, RemoveDirectory) != 0)
        {
            throw new VmDirectoryException($"'{Path}' cannot be removed: {Libc.Describe(Marshal.GetLastPInvokeError())}");
        }
    }

    public void Dispose() => Handle.Dispose();

    private void Empty()
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(Through(Handle)).Take(MaxEntries))
        {
            var name = System.IO.Path.GetFileName(entry);
            if (Libc.UnlinkAt(Handle, name, 0) != 0 && Marshal.GetLastPInvokeError() is var error and not Libc.NoSuchFile)
            {
                throw new VmDirectoryException($"'{Path}/{name}' cannot be removed: {Libc.Describe(error)}");
            }
        }
    }

    // The path through our own descriptor is short whatever the real one is, and names this very directory.
    private string AddressOf(string name) => $"{Through(Handle)}/{name}";

    private static string Through(SafeFileHandle handle) => $"/proc/self/fd/{handle.DangerousGetHandle()}";

    private static unsafe bool Bind(SafeFileHandle socket, string path)
    {
        var address = stackalloc byte[110];
        new Span<byte>(address, 110).Clear();
        *(ushort*)address = 1;
        var length = Encoding.UTF8.GetBytes(path, new Span<byte>(address + 2, 107));
        return Libc.Bind(socket, address, 2 + length + 1) == 0;
    }

    private static SafeFileHandle OpenRoot(string root)
    {
        if (!System.IO.Path.IsPathFullyQualified(root))
        {
            throw new VmDirectoryException($"the runtime root '{root}' is not an absolute path");
        }

        try
        {
            Directory.CreateDirectory(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VmDirectoryException($"the runtime root '{root}' cannot be made: {e.Message}", e);
        }

        var handle = Libc.Open(root, Libc.OpenDirectory | Libc.OpenNoFollow | Libc.OpenCloseOnExec);
        if (handle.IsInvalid)
        {
            throw new VmDirectoryException(
                $"the runtime root '{root}' cannot be opened as a directory (a symbolic link?): "
                + Libc.Describe(Marshal.GetLastPInvokeError()));
        }

        CheckOwned(handle, root);
        return handle;
    }

    private static void CheckOwned(SafeFileHandle directory, string path)
    {
        if (Libc.StatX(directory, "", FileFacts.EmptyPath, FileFacts.Basic, out var facts) != 0)
        {
            throw new VmDirectoryException($"'{path}': {Libc.Describe(Marshal.GetLastPInvokeError())}");
        }

        if (facts.Owner != Libc.EffectiveUser())
        {
            throw new VmDirectoryException($"'{path}' belongs to user {facts.Owner}, not to user {Libc.EffectiveUser()}");
        }

        if (facts.WritableByOthers)
        {
            throw new VmDirectoryException($"'{path}' can be written by others (mode {Convert.ToString(facts.Mode & 0xFFF, 8)})");
        }
    }

    private static SafeFileHandle? TryLock(SafeFileHandle root, string rootPath, string id)
    {
        var handle = Libc.OpenAt(root, id, Libc.OpenDirectory | Libc.OpenNoFollow | Libc.OpenCloseOnExec);
        if (handle.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            return error == Libc.NoSuchFile
                ? null
                : throw new VmDirectoryException($"'{rootPath}/{id}' is not a directory: {Libc.Describe(error)}");
        }

        try
        {
            CheckOwned(handle, $"{rootPath}/{id}");
            if (Libc.FLock(handle, LockExclusiveNoWait) != 0)
            {
                throw new VmDirectoryException($"a machine named '{id}' already runs in '{rootPath}'");
            }

            if (IsStillAt(root, id, handle))
            {
                return handle;
            }
        }
        catch
        {
            handle.Dispose();
            throw;
        }

        handle.Dispose();
        return null;
    }

    private static bool IsStillAt(SafeFileHandle root, string name, SafeFileHandle handle) =>
        Libc.StatX(root, name, FileFacts.NoFollow, FileFacts.Basic, out var there) == 0
        && Libc.StatX(handle, "", FileFacts.EmptyPath, FileFacts.Basic, out var held) == 0
        && there.IsSameFile(held);
}
