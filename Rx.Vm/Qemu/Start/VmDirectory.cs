using System.Collections.Immutable;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Native;
using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Qemu;

/// <summary>
/// The directory of one machine, mode 0700 under the runtime root, held by a descriptor and a lock. Everything in it is reached through
/// that descriptor, so neither a long path nor a swapped one matters. The emulator inherits the descriptor: the lock is free
/// exactly when both the host that started it and the emulator are gone, which is how a stale directory is told from one in use.
/// </summary>
internal sealed class VmDirectory : IDisposable
{
    private const int LockExclusiveNoWait = 2 | 4;
    private const int RemoveDirectory = 0x200;
    private const int UnixStreamCloseOnExec = 1 | 0x80000;
    private const int Backlog = 4;

    // Far more than the handful of entries a machine makes; a directory that holds more was filled by someone else.
    private const int MaxEntries = 1024;

    private const string NewRecord = DirectoryRecord.FileName + ".new";

    private VmDirectory(SafeFileHandle handle, string path)
    {
        Handle = handle;
        Path = path;
    }

    /// <summary>Absolute path, for people and for the record.</summary>
    public string Path { get; }

    /// <summary>The open directory; its lock is held while any copy of the descriptor is open.</summary>
    public SafeFileHandle Handle { get; }

    // Every file that a machine's directory can hold, but for the kernel's picture of an emulator that crashed.
    private static readonly ImmutableArray<string> Files = [.. MachineChannels.Files, DirectoryRecord.FileName, NewRecord];

    /// <summary>Makes the directory of a machine, or takes over one that a dead machine left. It has its record as soon as it can be
    /// seen.</summary>
    /// <exception cref="VmDirectoryException">The root or the directory is not safely ours, a live machine has the name, or the directory
    /// holds something that no machine makes.</exception>
    public static VmDirectory Create(string root, string id, WhenProcessDies whenProcessDies = WhenProcessDies.Kill)
    {
        MachineSpecRules.CheckId(id);
        using var held = RuntimeRoot.OpenLocked(root);

        // A second round when the previous machine's host removed the directory between our mkdir and our lock.
        for (var round = 0; round < 8; round++)
        {
            if (Libc.mkdirat(held.Handle, id, 0x1C0) != 0 && Marshal.GetLastPInvokeError() is var error and not Libc.Exists)
            {
                throw new VmDirectoryException($"'{root}/{id}' cannot be made: {Libc.Describe(error)}");
            }

            if (TryLock(held, id) is { } directory)
            {
                directory.Begin(DirectoryRecord.Of(id, whenProcessDies, ProcessHandle.Own));
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

        using var held = RuntimeRoot.Open(root);
        return Open(held, id);
    }

    /// <inheritdoc cref="Open(string)"/>
    public static VmDirectory? Open(RuntimeRoot root, string id) =>
        root.OpenChild(id) is { } handle ? new VmDirectory(handle, System.IO.Path.Combine(root.Path, id)) : null;

    /// <summary>Removes the directory of a machine that is gone; one in use is left alone.</summary>
    /// <returns>Whether nothing is left.</returns>
    public static bool RemoveStale(string path)
    {
        using var directory = Open(path);
        if (directory is null)
        {
            return true;
        }

        using var held = RuntimeRoot.OpenLocked(System.IO.Path.GetDirectoryName(path)!);
        if (LeftoverScan.IsInUse(directory, directory.ReadRecord(out _)))
        {
            return false;
        }

        directory.Remove();
        return true;
    }

    /// <summary>Takes the lock, unless it is held: by the machine's host, or by the machine. To be called with the root's lock.</summary>
    public bool TryLock() => Libc.flock(Handle, LockExclusiveNoWait) == 0;

    /// <summary>The names of what is in it.</summary>
    /// <exception cref="VmDirectoryException">It cannot be read.</exception>
    public IReadOnlyList<string> List()
    {
        try
        {
            return
            [
                .. Directory.EnumerateFileSystemEntries(Through(Handle)).Take(MaxEntries).Select(System.IO.Path.GetFileName).OfType<string>(),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VmDirectoryException($"'{Path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The name of something in it that no machine makes, or null. A directory with a stranger is never emptied.</summary>
    /// <exception cref="VmDirectoryException">It cannot be read.</exception>
    public string? Stranger() => List().FirstOrDefault(static name => !Files.Contains(name) && !IsCore(name));

    /// <summary>Whether a process has it as its working directory, as a machine has from its start to its end. Null: that cannot be seen,
    /// as it takes a capability to look at a process of another user.</summary>
    public bool? IsHomeOf(int pid) =>
        Libc.statx(Handle, $"/proc/{pid}/cwd", 0, out var home) != 0
            ? Marshal.GetLastPInvokeError() is Libc.NotPermitted or Libc.AccessDenied ? null : false
            : Libc.statx(Handle, "", Libc.EmptyPath, out var own) == 0 && home.IsSameFile(own);

    /// <summary>Writes its record; a reader sees the old one or the new one.</summary>
    /// <exception cref="VmDirectoryException">It could not be written.</exception>
    public void Write(DirectoryRecord record)
    {
        try
        {
            _ = Libc.unlinkat(Handle, NewRecord, 0);
            using (var file = new FileStream(AddressOf(NewRecord), new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                file.Write(record.ToBytes());
            }

            File.Move(AddressOf(NewRecord), AddressOf(DirectoryRecord.FileName), overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VmDirectoryException($"the record in '{Path}' cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Reads its record.</summary>
    /// <param name="problem">What is wrong with it; empty when it is sound, and when there is none.</param>
    /// <exception cref="VmDirectoryException">It cannot be read.</exception>
    public DirectoryRecord? ReadRecord(out string problem)
    {
        problem = "";
        using var file = Libc.openat(
            Handle, DirectoryRecord.FileName, Libc.OpenReadOnly | Libc.OpenNonBlocking | Libc.OpenNoFollow | Libc.OpenCloseOnExec);
        if (file.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            problem = error switch
            {
                Libc.NoSuchFile => "",
                Libc.TooManyLinks => "it is a link, so it was not written by rxvm",
                _ => Libc.Describe(error),
            };
            return null;
        }

        if (Libc.statx(file, "", Libc.EmptyPath, out var facts) != 0 || !facts.IsRegular
            || facts.Uid != Libc.geteuid() || facts.Size > DirectoryRecord.MaxBytes)
        {
            problem = "it was not written by rxvm";
            return null;
        }

        // An empty one says nothing and is what a power cut makes of one just written: no record.
        Span<byte> bytes = stackalloc byte[DirectoryRecord.MaxBytes];
        try
        {
            var count = RandomAccess.Read(file, bytes, 0);
            return count == 0 ? null : DirectoryRecord.Parse(bytes[..count], System.IO.Path.GetFileName(Path), out problem);
        }
        catch (IOException e)
        {
            throw new VmDirectoryException($"the record in '{Path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Binds a unix socket in the directory and lets it listen.</summary>
    public SafeFileHandle Listen(string name)
    {
        var socket = Libc.socket(1, UnixStreamCloseOnExec, 0);
        if (socket.IsInvalid || !Bind(socket, AddressOf(name)) || Libc.listen(socket, Backlog) != 0)
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
    /// <exception cref="VmDirectoryException">Something could not be removed, or no machine made it: then nothing is removed.</exception>
    public void Remove()
    {
        Empty();
        var name = System.IO.Path.GetFileName(Path);
        using var root = RuntimeRoot.Open(System.IO.Path.GetDirectoryName(Path)!);
        if (IsStillAt(root, name, Handle) && Libc.unlinkat(root.Handle, name, RemoveDirectory) != 0)
        {
            throw new VmDirectoryException($"'{Path}' cannot be removed: {Libc.Describe(Marshal.GetLastPInvokeError())}");
        }
    }

    public void Dispose() => Handle.Dispose();

    // Takes it over from a dead machine. Whatever fails, the lock is given back and nothing of this attempt stays.
    private void Begin(DirectoryRecord record)
    {
        try
        {
            Empty();
            Write(record);
        }
        catch
        {
            try
            {
                Remove();
            }
            catch (VmDirectoryException)
            {
                // What went wrong first says more.
            }

            Dispose();
            throw;
        }
    }

    private void Empty()
    {
        if (Stranger() is { } stranger)
        {
            throw new VmDirectoryException($"'{Path}' holds '{stranger}', which no machine makes: nothing in it was removed");
        }

        foreach (var name in List())
        {
            if (Libc.unlinkat(Handle, name, 0) != 0 && Marshal.GetLastPInvokeError() is var error and not Libc.NoSuchFile)
            {
                throw new VmDirectoryException($"'{Path}/{name}' cannot be removed: {Libc.Describe(error)}");
            }
        }
    }

    private static bool IsCore(string name) =>
        name == "core" || (name.StartsWith("core.", StringComparison.Ordinal) && name.AsSpan(5).IndexOfAnyExceptInRange('0', '9') < 0);

    // The path through our own descriptor is short whatever the real one is, and names this very directory.
    private string AddressOf(string name) => $"{Through(Handle)}/{name}";

    private static string Through(SafeFileHandle handle) => $"/proc/self/fd/{handle.DangerousGetHandle()}";

    private static unsafe bool Bind(SafeFileHandle socket, string path)
    {
        var address = stackalloc byte[110];
        new Span<byte>(address, 110).Clear();
        *(ushort*)address = 1;
        var length = Encoding.UTF8.GetBytes(path, new Span<byte>(address + 2, 107));
        return Libc.bind(socket, address, 2 + length + 1) == 0;
    }

    private static VmDirectory? TryLock(RuntimeRoot root, string id)
    {
        if (Open(root, id) is not { } directory)
        {
            return null;
        }

        using var undo = new Undo();
        undo.Add(directory);
        if (LeftoverScan.IsInUse(directory, directory.ReadRecord(out _)))
        {
            throw new VmDirectoryException($"a machine named '{id}' already runs in '{root.Path}'");
        }

        if (!IsStillAt(root, id, directory.Handle))
        {
            return null;
        }

        undo.Keep();
        return directory;
    }

    private static bool IsStillAt(RuntimeRoot root, string name, SafeFileHandle handle) =>
        Libc.statx(root.Handle, name, Libc.NoFollow, out var there) == 0
        && Libc.statx(handle, "", Libc.EmptyPath, out var held) == 0
        && there.IsSameFile(held);
}
