using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Native;

namespace Rx.Vm.Qemu.Processes;

/// <summary>The ioctl <c>PIDFD_GET_INFO</c>: the exit status of any process, once it was reaped.</summary>
internal static unsafe class PidFdInfo
{
    private const nuint GetInfo = 0xC040FF0B;
    private const ulong ExitBit = 1 << 3;

    /// <summary>The wait status of a process that is gone, or null when the kernel cannot tell.</summary>
    public static int? WaitStatus(SafeFileHandle pidfd)
    {
        var info = new Info { Mask = ExitBit };
        return Libc.ioctl(pidfd, GetInfo, &info) == 0 && (info.Mask & ExitBit) != 0 ? info.ExitCode : null;
    }

    /// <summary>
    /// Whether the kernel knows the ioctl. The exit bit came two releases later; a kernel in between only ever answers null.
    /// </summary>
    public static bool IsSupported(SafeFileHandle running)
    {
        var info = default(Info);
        return Libc.ioctl(running, GetInfo, &info) == 0;
    }

    [StructLayout(LayoutKind.Explicit, Size = 64)]
    private struct Info
    {
        [FieldOffset(0)] public ulong Mask;
        [FieldOffset(60)] public int ExitCode;
    }
}
