using System.Collections.Immutable;
using System.Text;

namespace Rx.Vm.Images.Boot;

/// <summary>Writes the guest's first root file system; its layout is in docs/guest-protocol.md, "Initramfs layout".</summary>
internal static class Initramfs
{
    private const uint Owned755 = 0x1ed;
    private const uint Owned644 = 0x1a4;
    private const uint Owned600 = 0x180;
    private const uint Sticky777 = 0x3ff;

    /// <summary>What the guest needs to reach its ports.</summary>
    public static readonly ImmutableArray<string> BootModules = ["virtio_pci", "virtio_console"];

    /// <summary>What it needs for pods, in the order of how soon; the last are those of shares, whichever the kernel has.</summary>
    public static readonly ImmutableArray<string> LazyModules =
        ["virtio_blk", "squashfs", "overlay", "virtio_net", "virtiofs", "9p", "9pnet_virtio"];

    /// <summary>The files of the two lists, in load order, none twice.</summary>
    public static (ImmutableArray<string> Boot, ImmutableArray<string> Lazy) Modules(KernelPackage kernel)
    {
        var boot = kernel.ResolveModules(BootModules);
        return (boot, kernel.ResolveModules(BootModules.Concat(LazyModules))[boot.Length..]);
    }

    /// <summary>Writes the whole archive; equal inputs give equal bytes.</summary>
    public static void Write(
        Stream target, ReadOnlySpan<byte> init, ImmutableArray<string> boot, ImmutableArray<string> lazy, bool keepSignatures)
    {
        var archive = new CpioWriter(target);
        foreach (var directory in (string[])["dev", "etc", "lib", "lib/modules", "mnt", "proc", "run", "sys"])
        {
            archive.AddDirectory(directory, Owned755);
        }

        archive.AddDirectory("tmp", Sticky777);
        archive.AddCharacterDevice("dev/console", Owned600, major: 5, minor: 1);
        archive.AddFile("init", Owned755, init);
        AddModules(archive, "etc/modules-boot", boot, keepSignatures);
        AddModules(archive, "etc/modules-lazy", lazy, keepSignatures);
        archive.Finish();
    }

    private static void AddModules(CpioWriter archive, string list, ImmutableArray<string> files, bool keepSignatures)
    {
        var lines = new StringBuilder();
        foreach (var file in files)
        {
            var path = $"lib/modules/{Path.GetFileName(file)}";
            ReadOnlySpan<byte> module = KernelPackage.ReadModule(file);
            archive.AddFile(path, Owned644, keepSignatures ? module : ModuleSignature.Remove(module));
            lines.Append($"/{path}\n");
        }

        archive.AddFile(list, Owned644, Encoding.UTF8.GetBytes(lines.ToString()));
    }
}
