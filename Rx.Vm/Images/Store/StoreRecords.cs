using System.Text.Json.Serialization;
using Rx.Vm.Native;

namespace Rx.Vm.Images;

/// <summary>What was built from a path: the key names the state of the path and how it was built.</summary>
internal sealed record SourceRecord(string Path, string Key, string Digest, IReadOnlyList<string>? Remarks = null);

/// <summary>An imported name.</summary>
internal sealed record NameRecord(string Digest, long SizeBytes, string Source, IReadOnlyList<string>? Remarks = null);

/// <summary>The state a file was in when its digest was last computed.</summary>
internal sealed record FileSeal(string Digest, ulong Inode, long Size, long ModifiedNs, long ChangedNs)
{
    public static FileSeal Of(string digest, FileStamp stamp) =>
        new(digest, stamp.Inode, stamp.Size, stamp.ModifiedNs, stamp.ChangedNs);
}

/// <summary>One file a machine boots from, by name inside the boot directory.</summary>
internal sealed record BootFileRecord(string Name, string Digest);

/// <summary>The files machines boot from now.</summary>
internal sealed record BootRecord(string KernelVersion, BootFileRecord Image, BootFileRecord? Elf, BootFileRecord Initramfs);

[JsonSerializable(typeof(BootRecord))]
[JsonSerializable(typeof(SourceRecord))]
[JsonSerializable(typeof(NameRecord))]
[JsonSerializable(typeof(FileSeal))]
internal sealed partial class StoreJson : JsonSerializerContext;
