using Microsoft.Win32.SafeHandles;
using Rx.Vm.Native;

namespace Rx.Vm.Journal;

/// <summary>A journal's file on disk, readable by its owner only, and locked for as long as it is written.</summary>
internal sealed class JournalFileTarget : IJournalTarget
{
    private readonly FileStream _file;

    private JournalFileTarget(FileStream file) => _file = file;

    /// <summary>The path.</summary>
    public string Path => _file.Name;

    /// <summary>
    /// A new file in place of an older journal. That one is unlinked, not emptied: whoever still reads it does not notice, and the new one
    /// shares no block with it. A journal that is being written, by this process or another, is refused; so is one of a later format, whose
    /// program may need it, and anything else.
    /// </summary>
    /// <exception cref="JournalException">It can't be created, or the path is in use.</exception>
    public static JournalFileTarget Replace(string path) => Guard(path, () =>
    {
        if (PosixFiles.Stamp(path) is { } stamp)
        {
            MustBeOlder(path, stamp);
            DeleteUnused(path);
        }

        return Open(path);
    });

    /// <summary>
    /// A new file in <paramref name="directory"/>, which is made when needed; no file of another machine is ever touched.
    /// </summary>
    /// <exception cref="JournalException">It can't be created.</exception>
    public static JournalFileTarget Add(string directory, string name) => Guard(directory, () =>
    {
        Directory.CreateDirectory(directory);
        for (var copy = 1; ; copy++)
        {
            var path = System.IO.Path.Combine(directory, copy == 1 ? $"{name}.journal" : $"{name}.{copy}.journal");
            if (!File.Exists(path))
            {
                return Open(path);
            }
        }
    });

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<byte> bytes) => _file.Write(bytes);

    /// <inheritdoc/>
    public void CutTo(long length)
    {
        _file.SetLength(length);
        _file.Position = length;
    }

    /// <inheritdoc/>
    public void Sync()
    {
        // The base library's own flush hides errors on this runtime.
        if (Libc.fdatasync(_file.SafeFileHandle) != 0)
        {
            throw PosixFiles.Failure("fdatasync", Path);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static JournalFileTarget Open(string path)
    {
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });

        try
        {
            // Somebody else may have found the new file before it was locked, and replaced it.
            return PosixFiles.TryLockRange(file.SafeFileHandle) && IsAt(path, file.SafeFileHandle) ? new JournalFileTarget(file) : throw InUse(path);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static void DeleteUnused(string path)
    {
        using var old = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        if (!PosixFiles.TryLockRange(old) || !IsAt(path, old))
        {
            throw InUse(path);
        }

        File.Delete(path);
    }

    private static bool IsAt(string path, SafeFileHandle file) =>
        PosixFiles.Stamp(path) is { } there && PosixFiles.Stamp(file, path) is var held && there.Inode == held.Inode && there.Device == held.Device;

    private static JournalException InUse(string path) =>
        new(JournalFault.Unusable, path, "another machine writes its journal there; it was not changed");

    private static void MustBeOlder(string path, FileStamp stamp)
    {
        if (stamp.IsLink)
        {
            throw new JournalException(JournalFault.NotAJournal, path, "there is a symbolic link, which no journal replaces; it was not changed");
        }

        if (stamp.IsFile && stamp.Size == 0)
        {
            return;
        }

        var start = new byte[JournalFormat.VersionedBytes];
        if (!stamp.IsFile || !start.AsSpan(0, Read(path, start)).StartsWith(JournalFormat.Magic))
        {
            throw new JournalException(JournalFault.NotAJournal, path, "there is something else than a journal; it was not changed");
        }

        if (JournalFormat.Version(start) is var version and > JournalHeader.CurrentVersion)
        {
            throw new JournalException(
                JournalFault.NewerVersion, path,
                $"there is a journal of format {version}, and this library writes format {JournalHeader.CurrentVersion}; it was not changed");
        }
    }

    private static int Read(string path, Span<byte> start)
    {
        using var file = File.OpenHandle(path);
        return RandomAccess.Read(file, start, 0);
    }

    private static JournalFileTarget Guard(string subject, Func<JournalFileTarget> open)
    {
        try
        {
            return open();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new JournalException(JournalFault.Unusable, subject, $"the journal can't be created: {e.Message}", e);
        }
    }
}
