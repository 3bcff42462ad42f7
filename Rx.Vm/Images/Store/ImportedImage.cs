namespace Rx.Vm.Images;

/// <summary>A name in the store and what it stands for.</summary>
/// <param name="Name">The name it was imported with.</param>
/// <param name="Digest">SHA-256 of the root file system, 64 lower-case hexadecimal digits.</param>
/// <param name="SizeBytes">Size of the root file system file.</param>
/// <param name="Source">The path it was imported from, for information only.</param>
public sealed record ImportedImage(string Name, string Digest, long SizeBytes, string Source);
