using Rx.Vm.Native;

namespace Rx.Vm.Journal;

/// <summary>A journal's file on disk, readable by its owner only.</summary>
internal sealed class JournalFileTarget : IJournalTarget
{
    private readonly FileStream _file;

    private JournalFileTarget(FileStream file) => _file = file;

    /// <summary>The path.</summary>
    public string Path => _file.Name;

    /// <summary>
    /// A new file in place of an older journal. That one is unlinked, not emptied: whoever still writes or reads it does not notice, and
    /// the new one shares no block with it. Anything else at the path is refused.
    /// </summary>
    /// <exception cref="JournalException">It can't be created, or the path is in use by something that is no journal.</exception>
    public static JournalFileTarget Replace(string path) => Guard(path, () =>
    {
        if (PosixFiles.Stamp(path) is { } stamp)
        {
            if (!stamp.IsFile || (stamp.Size > 0 && !IsJournal(path)))
            {
                throw new JournalException(JournalFault.NotAJournal, path, "there is something else than a journal; it was not changed");
            }

            File.Delete(path);
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

    private static JournalFileTarget Open(string path) => new(new FileStream(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        Share = FileShare.Read | FileShare.Delete,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    }));

    private static bool IsJournal(string path)
    {
        using var file = File.OpenHandle(path);
        Span<byte> magic = stackalloc byte[JournalFormat.Magic.Length];
        return RandomAccess.Read(file, magic, 0) == magic.Length && magic.SequenceEqual(JournalFormat.Magic);
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
