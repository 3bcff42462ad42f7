using Rx.Vm.Init.Native;

namespace Rx.Vm.Init.Boot;

/// <summary>
/// What a pod must not share with pods in other clones of the same template: the time of day and the state of the random number
/// generator. Debian's cloud kernel has no driver for the VM generation id, so the kernel doesn't notice that it was cloned.
/// </summary>
internal static unsafe class FreshStart
{
    private const int DeviceBytes = 64;
    private const nuint ReseedNow = 0x5207;

    /// <summary>Corrects the clock and stirs the generator, before the first process of a pod.</summary>
    /// <param name="unique">Bytes that differ from pod to pod: the command that starts it.</param>
    public static void Apply(ReadOnlySpan<byte> unique)
    {
        Clock.FollowHardware();
        var fd = Libc.open("/dev/urandom", Abi.ReadWrite | Abi.NonBlocking | Abi.CloseOnExec, 0);
        if (fd < 0)
        {
            return;
        }

        // Where there is a virtio-rng or RDRAND (which the reseed itself asks) the result is unpredictable; elsewhere at least different.
        Span<byte> device = stackalloc byte[DeviceBytes];
        _ = Fd.Write(fd, device[..Math.Max(0, ReadDevice(device))]);
        _ = Fd.Write(fd, BitConverter.GetBytes(Clock.RealNanoseconds));
        _ = Fd.Write(fd, unique);
        _ = Libc.ioctl(fd, ReseedNow, 0);
        Fd.Close(ref fd);
    }

    private static int ReadDevice(Span<byte> bytes)
    {
        var fd = Libc.open("/dev/hwrng", Abi.ReadOnly | Abi.NonBlocking | Abi.CloseOnExec, 0);
        if (fd < 0)
        {
            return 0;
        }

        var count = Fd.Read(fd, bytes);
        Fd.Close(ref fd);
        return count;
    }
}
