namespace Rx.Vm.Images;

/// <summary>How the blocks of a root file system are stored. Measured in docs/adr/0002-root-file-systems.md.</summary>
public enum ImageCompression
{
    /// <summary>As they are: the largest file, and nothing to decompress in the guest.</summary>
    None,

    /// <summary>LZ4: about half the size, cheap to decompress.</summary>
    Lz4,
}
