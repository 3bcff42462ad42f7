namespace Rx.Vm.Images.Archives;

/// <summary>Extended attributes in pax headers: those of star and GNU tar, and what only libarchive wrote.</summary>
internal static class TarAttributes
{
    private const string Schily = "SCHILY.xattr.";
    private const string Libarchive = "LIBARCHIVE.xattr.";

    // What squashfs has a number for.
    private static readonly string[] Prefixes = ["user.", "trusted.", "security."];

    // They say the same as another record, or only something about the archive.
    private static readonly string[] Harmless =
    [
        "path", "linkpath", "size", "uid", "gid", "uname", "gname", "mtime", "atime", "ctime", "comment", "charset", "hdrcharset",
        "SCHILY.dev", "SCHILY.ino", "SCHILY.nlink", "SCHILY.realsize", "SCHILY.devmajor", "SCHILY.devminor", "LIBARCHIVE.creationtime",
        "LIBARCHIVE.symlinktype",
    ];

    /// <summary>What can be kept, and the first of what cannot.</summary>
    public static (IReadOnlyList<KeyValuePair<string, string>> Kept, string? Lost) Of(PaxRecords pax)
    {
        List<KeyValuePair<string, string>>? kept = null;
        string? lost = null;
        foreach (var (key, value) in pax.All)
        {
            if (key.StartsWith(Schily, StringComparison.Ordinal) && IsStorable(key[Schily.Length..]))
            {
                (kept ??= []).Add(new(key[Schily.Length..], value));
            }
            else if (!IsHarmless(key, pax))
            {
                lost ??= key;
            }
        }

        return (kept ?? [], lost);
    }

    /// <summary>Whether an image can hold an attribute of that name, and a record of an archive name it: with a '=' it would be another's.</summary>
    public static bool IsStorable(string name) =>
        Prefixes.Any(prefix => name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal)) && name.IndexOfAny(['\0', '=']) < 0;

    private static bool IsHarmless(string key, PaxRecords pax) =>
        Harmless.Contains(key)
        || key.StartsWith("GNU.sparse.", StringComparison.Ordinal)
        || (key.StartsWith(Libarchive, StringComparison.Ordinal) && pax[Schily + key[Libarchive.Length..]] is not null);
}
