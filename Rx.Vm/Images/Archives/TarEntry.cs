namespace Rx.Vm.Images.Archives;

/// <summary>What an entry of an archive makes.</summary>
internal enum TarKind
{
    File,
    Directory,
    SymbolicLink,
    HardLink,
    CharacterDevice,
    BlockDevice,
    Pipe,
}

/// <summary>One entry, with all headers before it applied. Names and targets are as in the archive, see <see cref="ByteText"/>.</summary>
internal sealed record TarEntry
{
    public required string Name { get; init; }

    public required TarKind Kind { get; init; }

    /// <summary>The target of a link.</summary>
    public string Link { get; init; } = "";

    /// <summary>Permissions, with set-uid, set-gid and sticky bit.</summary>
    public int Mode { get; init; }

    public uint Uid { get; init; }

    public uint Gid { get; init; }

    /// <summary>Seconds since 1970, any.</summary>
    public long ModifiedSeconds { get; init; }

    public int DeviceMajor { get; init; }

    public int DeviceMinor { get; init; }

    /// <summary>The size of a file, holes included.</summary>
    public long Size { get; init; }

    /// <summary>Bytes in the archive behind the header, without padding.</summary>
    public long StoredBytes { get; init; }

    /// <summary>The pieces of a sparse file; null for any other.</summary>
    public IReadOnlyList<SparsePiece>? Pieces { get; init; }

    /// <summary>Extended attributes an image can hold.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Attributes { get; init; } = [];

    /// <summary>What the archive says about the entry and an image cannot hold.</summary>
    public string? Lost { get; init; }
}
