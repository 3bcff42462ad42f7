namespace Rx.Vm.Tests.Images.Archives;

/// <summary>The dialects of tar.</summary>
internal enum TarDialect
{
    V7,
    Ustar,
    Star,
    Gnu,
    Pax,
}

/// <summary>The forms of a sparse file.</summary>
internal enum SparseForm
{
    None,
    Gnu,
    Pax00,
    Pax01,
    Pax10,
}

/// <summary>An entry for <see cref="TarForge"/>. Names hold a byte per character.</summary>
internal sealed record TarItem(string Name, char Type = '0')
{
    public byte[] Content { get; init; } = [];

    public string Link { get; init; } = "";

    public long Mode { get; init; } = 0x1a4;

    public long Uid { get; init; }

    public long Gid { get; init; }

    public long Time { get; init; } = 1_700_000_000;

    public long Major { get; init; }

    public long Minor { get; init; }

    public TarDialect Dialect { get; init; } = TarDialect.Ustar;

    /// <summary>Records in the pax header of the entry, besides those it needs itself.</summary>
    public (string Key, string Value)[] Records { get; init; } = [];

    public SparseForm Sparse { get; init; }

    /// <summary>For a sparse file: where there is content, in order.</summary>
    public (long Offset, long Length)[] Pieces { get; init; } = [];

    /// <summary>For what a real writer never does: the header as it is, before its checksum.</summary>
    public Action<byte[]>? Damage { get; init; }

    /// <summary>A size in the header that is not that of the content.</summary>
    public long? Size { get; init; }

    public static TarItem File(string name, string content) => new(name) { Content = System.Text.Encoding.UTF8.GetBytes(content) };

    public static TarItem Directory(string name) => new(name, '5') { Mode = 0x1ed };

    public static TarItem Symbolic(string name, string target) => new(name, '2') { Link = target, Mode = 0x1ff };

    public static TarItem Hard(string name, string target) => new(name, '1') { Link = target };
}
