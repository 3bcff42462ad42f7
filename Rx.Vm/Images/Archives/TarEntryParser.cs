namespace Rx.Vm.Images.Archives;

/// <summary>
/// Makes one entry of a header block and of what pax and GNU headers before it said. In every field the pax record wins over the GNU long
/// name, and that over the header.
/// </summary>
internal sealed class TarEntryParser(ArchiveErrors errors)
{
    private const int PermissionBits = 0xfff;
    private const int MaxMajor = 0xfff;
    private const int MaxMinor = 0xfffff;

    /// <summary>The entry of a header.</summary>
    /// <param name="block">The header block.</param>
    /// <param name="pax">The records that apply to it.</param>
    /// <param name="longName">GNU's name; null when the header's counts.</param>
    /// <param name="longLink">GNU's link target; null when the header's counts.</param>
    /// <exception cref="ImageException">A field makes no sense; the message names it and the entry.</exception>
    public TarEntry Parse(ReadOnlySpan<byte> block, PaxRecords pax, string? longName, string? longLink)
    {
        var header = new TarHeader(block);
        var name = pax["GNU.sparse.name"] ?? pax["path"] ?? longName ?? header.Name;
        var kind = Kind(header.Type, name);
        var stored = Field(name, "size", pax.Number("size", out var bad), bad, header.Size);
        if (stored < 0)
        {
            throw errors.BadEntry(name, "has a negative size");
        }

        var (attributes, lost) = TarAttributes.Of(pax);
        var isDevice = kind is TarKind.CharacterDevice or TarKind.BlockDevice;
        return new TarEntry
        {
            Name = name,
            Kind = kind,
            Link = kind is TarKind.SymbolicLink or TarKind.HardLink ? pax["linkpath"] ?? longLink ?? header.Link : "",
            Mode = (int)Field(name, "mode", null, false, header.Mode) & PermissionBits,
            Uid = Owner(name, "uid", Field(name, "uid", pax.Number("uid", out bad), bad, header.Uid)),
            Gid = Owner(name, "gid", Field(name, "gid", pax.Number("gid", out bad), bad, header.Gid)),
            ModifiedSeconds = Field(name, "mtime", pax.Seconds("mtime", out bad), bad, header.ModifiedSeconds),
            DeviceMajor = isDevice ? Device(name, "major", header.DeviceMajor, MaxMajor) : 0,
            DeviceMinor = isDevice ? Device(name, "minor", header.DeviceMinor, MaxMinor) : 0,

            // A hard link has no content, whatever its header says.
            StoredBytes = kind == TarKind.HardLink ? 0 : stored,
            Size = kind == TarKind.File ? stored : 0,
            Attributes = attributes,
            Lost = lost,
        };
    }

    private TarKind Kind(char type, string name) => type switch
    {
        // Before there was a type for folders, a slash at the end made one.
        '\0' or '0' or '7' => name.EndsWith('/') ? TarKind.Directory : TarKind.File,
        'S' => TarKind.File,
        '1' => TarKind.HardLink,
        '2' => TarKind.SymbolicLink,
        '3' => TarKind.CharacterDevice,
        '4' => TarKind.BlockDevice,
        '5' or 'D' => TarKind.Directory,
        '6' => TarKind.Pipe,
        'M' => throw errors.BadEntry(name, "goes on from another volume; an archive in several volumes is not read"),
        _ => throw errors.BadEntry(name, $"is of a type that is not read ({(char.IsAsciiLetterOrDigit(type) ? $"'{type}'" : $"0x{(int)type:x2}")})"),
    };

    private long Field(string name, string field, long? fromPax, bool malformed, long? fromHeader) =>
        malformed ? throw NoNumber(name, field) : fromPax ?? fromHeader ?? throw NoNumber(name, field);

    private uint Owner(string name, string field, long value) => value is >= 0 and < uint.MaxValue
        ? (uint)value
        : throw errors.BadEntry(name, $"has the {field} {value}, which no user or group can have");

    private int Device(string name, string field, long? value, int max) => value is { } number and >= 0 && number <= max
        ? (int)number
        : throw errors.BadEntry(name, $"has a {field} device number that is missing or above {max}");

    private ImageException NoNumber(string name, string field) => errors.BadEntry(name, $"has a {field} that is not a number");
}
