namespace Rx.Vm.Tests.Qemu;

/// <summary>A boot image that only halts, or only spins: enough for QEMU to start a machine in milliseconds and keep it.</summary>
internal static class TinyKernel
{
    /// <summary>Writes kernel and initramfs.</summary>
    public static (string Kernel, string Initrd) Write(string directory, string name = "kernel", bool spins = false)
    {
        var image = new byte[64 * 1024];
        image[0x1f1] = 1;
        image[0x1fe] = 0x55;
        image[0x1ff] = 0xAA;
        image[0x200] = 0xEB;
        image[0x201] = 0x7E;
        "HdrS"u8.CopyTo(image.AsSpan(0x202));
        image[0x206] = 0x0C;
        image[0x207] = 0x02;
        image[0x211] = 1;
        BitConverter.TryWriteBytes(image.AsSpan(0x22c), 0x7fffffff);
        byte[] code = spins ? [0xFA, 0xEB, 0xFE] : [0xFA, 0xF4, 0xEB, 0xFD];
        code.CopyTo(image.AsSpan(0x280));
        var kernel = Path.Combine(directory, name);
        var initrd = kernel + ".initrd";
        File.WriteAllBytes(kernel, image);
        File.WriteAllBytes(initrd, new byte[4096]);
        return (kernel, initrd);
    }
}
