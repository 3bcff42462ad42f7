using System.Collections.Immutable;

namespace Rx.Vm.Images;

/// <summary>A root file system, ready to be given to a virtual machine as a read-only disk.</summary>
/// <param name="Path">The file on the host. Never write to it: other machines share it.</param>
/// <param name="FsType">What the guest mounts it as: <c>squashfs</c>.</param>
/// <param name="Digest">SHA-256 of the file, 64 lower-case hexadecimal digits.</param>
public sealed record RootFileSystem(string Path, string FsType, string Digest)
{
    /// <summary>
    /// What the source has and the image cannot hold, and what looks like a mistake in it: sentences that are safe to show, empty for nothing. They
    /// are kept with the image. Two values that differ in remarks only are equal.
    /// </summary>
    public ImmutableArray<string> Remarks { get; init; } = [];

    /// <summary>Whether it is the same file with the same content.</summary>
    /// <param name="other">The other.</param>
    /// <returns>True when path, type and digest are equal.</returns>
    public bool Equals(RootFileSystem? other) => other is not null && (Path, FsType, Digest) == (other.Path, other.FsType, other.Digest);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Path, FsType, Digest);

    /// <summary>An image that nobody looked up, for machines that open no files.</summary>
    internal static RootFileSystem Unresolved(ImageReference image) =>
        new($"/unresolved/{image.Value}", "squashfs", Digests.OfText(image.Value));
}
