using System.Runtime.InteropServices;

namespace Rx.Qmp.Testing.Native;

/// <summary>The system calls that the base library lacks, under the names of their manual pages.</summary>
internal static unsafe partial class Libc
{
    [LibraryImport("libc", SetLastError = true)]
    public static partial nint recvmsg(SafeHandle socket, void* message, int flags);
}
