using System.Buffers.Binary;

namespace Rx.Vm.Images.Boot;

/// <summary>
/// Takes the appended signature off a kernel module. The guest's kernel would hash and check it although nothing depends on the
/// outcome, which costs about 150 ms of a boot without hardware virtualisation; the initramfs as a whole is sealed by its digest.
/// </summary>
internal static class ModuleSignature
{
    private const int DescriptorBytes = 12;

    private static ReadOnlySpan<byte> Magic => "~Module signature appended~\n"u8;

    /// <summary>The module without its signature; the module itself when it has none, or one that makes no sense.</summary>
    public static ReadOnlySpan<byte> Remove(ReadOnlySpan<byte> module)
    {
        if (!module.EndsWith(Magic) || module.Length < Magic.Length + DescriptorBytes)
        {
            return module;
        }

        // Descriptor: algorithm, hash, key type, signer length, key id length, three of padding, signature length.
        var descriptor = module.Slice(module.Length - Magic.Length - DescriptorBytes, DescriptorBytes);
        var signature = (long)BinaryPrimitives.ReadUInt32BigEndian(descriptor[8..]) + descriptor[3] + descriptor[4];
        var content = module.Length - Magic.Length - DescriptorBytes - signature;
        return content > 0 ? module[..(int)content] : module;
    }
}
