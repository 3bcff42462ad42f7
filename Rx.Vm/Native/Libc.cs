using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Rx.Vm.Native;

/// <summary>
/// The system calls that the base library lacks, or makes without their errors: each once, under the name of its manual page, which also says
/// what it does. Thin: numbers and structs here, decisions elsewhere. Functions with variable arguments are declared with the arguments they
/// are called with; on x86-64 and arm64 Linux they travel alike.
/// </summary>
internal static unsafe partial class Libc
{
    public const int NotPermitted = 1;
    public const int NoSuchFile = 2;
    public const int NoSuchProcess = 3;
    public const int Interrupted = 4;
    public const int TryAgain = 11;
    public const int AccessDenied = 13;
    public const int Exists = 17;
    public const int NotADirectory = 20;
    public const int Invalid = 22;
    public const int NoSpace = 28;
    public const int BrokenPipe = 32;
    public const int NoSuchCall = 38;
    public const int TooManyLinks = 40;
    public const int NoData = 61;
    public const int NotSupported = 95;
    public const int QuotaExceeded = 122;

    /// <summary>The text of an error number.</summary>
    public static string Describe(int error) => new Win32Exception(error).Message;

    [LibraryImport("libc")]
    public static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(SafeHandle file, byte* data, nint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pread(SafeHandle file, byte* buffer, nint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fcntl(SafeHandle descriptor, int command, nint argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(SafeHandle descriptor, nuint request, void* argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int pipe2(int* ends, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int poll(PollEntry* entries, nuint count, int timeout);

    [LibraryImport("libc", SetLastError = true)]
    public static partial SafeFileHandle epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_ctl(SafeHandle poll, int operation, SafeHandle descriptor, byte* change);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_wait(SafeHandle poll, byte* events, int count, int timeout);

    [LibraryImport("libc", SetLastError = true)]
    public static partial SafeFileHandle socket(int family, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int socketpair(int family, int type, int protocol, int* pair);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int bind(SafeHandle socket, byte* address, int length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int listen(SafeHandle socket, int backlog);

    [LibraryImport("libc")]
    public static partial void free(void* memory);

    /// <summary><c>struct pollfd</c>.</summary>
    public struct PollEntry
    {
        public const short Readable = 1;

        public int Descriptor;
        public short Wanted;
        public short Seen;
    }
}
