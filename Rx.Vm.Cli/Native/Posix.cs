using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Rx.Vm.Cli.Native;

/// <summary>
/// The system calls a terminal program needs and the base library lacks, or wraps in a console that changes the terminal behind one's back.
/// Thin: numbers and structs here, decisions elsewhere. Each answers -1 with the error number where it fails.
/// </summary>
internal static unsafe partial class Posix
{
    public const int Interrupted = 4;
    public const int BadDescriptor = 9;
    public const int WouldBlock = 11;
    public const int BrokenPipe = 32;

    public const int WriteOnly = 1;
    public const int ReadWrite = 2;

    /// <summary>The fcntl command that reads a descriptor's flags, and the one flag there is.</summary>
    public const int GetDescriptorFlags = 1;
    public const int CloseOnExec = 1;

    public const short PollIn = 1;
    public const short PollOut = 4;

    public const int SigStop = 19;

    private const nuint GetWindowSizeRequest = 0x5413;
    private const int EventCloseOnExecNonBlocking = 0x80800;

    /// <summary>The error number of the call before this one.</summary>
    public static int LastError => Marshal.GetLastPInvokeError();

    /// <summary>The text of an error number.</summary>
    public static string Describe(int error) => new Win32Exception(error).Message;

    /// <summary>Lines and columns of a terminal; false for anything else, and for one that does not know its size.</summary>
    public static bool TryGetWindowSize(int descriptor, out int rows, out int columns)
    {
        var size = stackalloc ushort[4];
        var known = DeviceControl(descriptor, GetWindowSizeRequest, size) == 0;
        (rows, columns) = known ? (size[0], size[1]) : (0, 0);
        return rows > 0 && columns > 0;
    }

    /// <summary>Which file a path leads to, whatever its name; null when there is none, or it is no ordinary file.</summary>
    public static (ulong Device, ulong Inode)? OrdinaryFile(string path)
    {
        // struct statx, 256 bytes, the same on every architecture.
        var facts = stackalloc ulong[32];
        const int workingDirectory = -100;
        const uint basic = 0x7ff;
        const int typeMask = 0xf000;
        const int ordinary = 0x8000;
        return FileFacts(workingDirectory, path, 0, basic, facts) == 0 && (((ushort*)facts)[0x1c / 2] & typeMask) == ordinary
            ? (facts[0x88 / 8], facts[0x20 / 8])
            : null;
    }

    /// <summary>A counter that wakes a <see cref="Poll"/>.</summary>
    public static int NewEvent() => EventDescriptor(0, EventCloseOnExecNonBlocking);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int FileControl(int descriptor, int command);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    public static partial int Duplicate(int descriptor, int target);

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execute(string path, string?[] arguments);

    [LibraryImport("libc", EntryPoint = "isatty")]
    public static partial int IsTerminal(int descriptor);

    /// <summary>Whether the process belongs to the group that may use the terminal: the others are stopped when they try.</summary>
    public static bool IsForeground(int terminal) => TerminalGroup(terminal) == ProcessGroup();

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    public static partial int GetTerminal(int descriptor, byte* termios);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    public static partial int SetTerminal(int descriptor, int when, byte* termios);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    public static partial void MakeRaw(byte* termios);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FileFacts(int directory, string path, int flags, uint mask, ulong* facts);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int DeviceControl(int descriptor, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventDescriptor(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "tcgetpgrp", SetLastError = true)]
    private static partial int TerminalGroup(int descriptor);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    private static partial int ProcessGroup();
}

/// <summary>struct pollfd.</summary>
/// <param name="Descriptor">What to look at; a negative one is passed over.</param>
/// <param name="Wanted">What to wait for, beside errors and hang-ups.</param>
[StructLayout(LayoutKind.Sequential)]
internal record struct PollEntry(int Descriptor, short Wanted)
{
    /// <summary>What was found.</summary>
    public short Found;
}
