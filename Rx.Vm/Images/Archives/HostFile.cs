using Rx.Vm.Native;

namespace Rx.Vm.Images.Archives;

/// <summary>Something in a folder of the host. Paths are bytes, see <see cref="ByteText"/>: a name need not be text of any encoding.</summary>
/// <param name="Folder">The folder's path.</param>
/// <param name="Name">The name in it.</param>
/// <param name="Stamp">What it was when it was looked at; null when it had gone.</param>
internal sealed record HostFile(string Folder, string Name, FileStamp? Stamp)
{
    private const int PermissionBits = 0xfff;
    private const uint TypeMask = 0xf000;

    /// <summary>Where it is.</summary>
    public string Path => Name.Length == 0 ? Folder : $"{Folder}/{Name}";

    /// <summary>The folder at a path.</summary>
    public static HostFile At(string path)
    {
        var bare = path.TrimEnd('/');
        return new(ByteText.From(System.Text.Encoding.UTF8.GetBytes(bare.Length > 0 ? bare : "/")), "", PosixFiles.Stamp(path));
    }

    /// <summary>Everything below, folders before what is in them, always in the same order. Links are not followed.</summary>
    /// <exception cref="IOException">A folder cannot be read.</exception>
    public IEnumerable<HostFile> Walk(CancellationToken ct)
    {
        // No recursion: a hostile tree may be deeper than the stack.
        var pending = new Stack<string>([Path]);
        while (pending.TryPop(out var folder))
        {
            ct.ThrowIfCancellationRequested();
            foreach (var name in BytePaths.List(folder).Order(StringComparer.Ordinal))
            {
                var file = new HostFile(folder, name, BytePaths.Stamp($"{folder}/{name}"));
                yield return file;
                if (file.Stamp is { IsDirectory: true })
                {
                    pending.Push(file.Path);
                }
            }
        }
    }

    /// <summary>As an entry of an image; null for a socket.</summary>
    /// <param name="root">The folder the image is made of.</param>
    public TarEntry? Describe(HostFile root)
    {
        var stamp = Stamp!.Value;
        if (Kind(stamp.Mode) is not { } kind)
        {
            return null;
        }

        var attributes = BytePaths.Attributes(Path);
        return new TarEntry
        {
            Name = Path[(root.Path.Length + 1)..],
            Kind = kind,
            Link = kind == TarKind.SymbolicLink ? BytePaths.ReadLink(Path) : "",
            Mode = (int)stamp.Mode & PermissionBits,
            Uid = stamp.Uid,
            Gid = stamp.Gid,
            ModifiedSeconds = stamp.ModifiedSeconds,
            DeviceMajor = (int)(stamp.Special >> 32),
            DeviceMinor = (int)(uint)stamp.Special,
            Size = kind == TarKind.File ? stamp.Size : 0,
            Attributes = [.. attributes.Where(a => TarAttributes.IsStorable(a.Key))],
            Lost = attributes.Select(a => a.Key).FirstOrDefault(name => !TarAttributes.IsStorable(name)),
        };
    }

    /// <summary>Opens a file; null when it is not the one that was looked at.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public FileStream? Open()
    {
        var handle = BytePaths.OpenForRead(Path);
        if (PosixFiles.Stamp(handle, ByteText.Shown(Path)) == Stamp)
        {
            return new FileStream(handle, FileAccess.Read, bufferSize: 0);
        }

        handle.Dispose();
        return null;
    }

    private static TarKind? Kind(uint mode) => (mode & TypeMask) switch
    {
        0x8000 => TarKind.File,
        0x4000 => TarKind.Directory,
        0xa000 => TarKind.SymbolicLink,
        0x2000 => TarKind.CharacterDevice,
        0x6000 => TarKind.BlockDevice,
        0x1000 => TarKind.Pipe,
        _ => null,
    };
}
