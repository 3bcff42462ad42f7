namespace Rx.Vm.Images;

/// <summary>A root file system, ready to be given to a virtual machine as a read-only disk.</summary>
/// <param name="Path">The file on the host. Never write to it: other machines share it (S17).</param>
/// <param name="FsType">What the guest mounts it as: <c>squashfs</c>.</param>
/// <param name="Digest">SHA-256 of the file, 64 lower-case hexadecimal digits.</param>
public sealed record RootFileSystem(string Path, string FsType, string Digest)
{
    /// <summary>An image that nobody looked up, for machines that open no files.</summary>
    internal static RootFileSystem Unresolved(ImageReference image) =>
        new($"/unresolved/{image.Value}", "squashfs", Digests.OfText(image.Value));
}
