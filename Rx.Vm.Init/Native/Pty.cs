namespace Rx.Vm.Init.Native;

/// <summary>Pseudo-terminals of a container's own devpts.</summary>
internal static unsafe class Pty
{
    private const ushort DefaultRows = 24, DefaultColumns = 80;

    // struct termios: four 4-byte flag words, the line discipline, then the control characters; VEOF is the fifth of them.
    private const int TermiosBytes = 64, LocalFlags = 3, EndOfFileIndex = 17 + 4;
    private const uint Canonical = 2;

    /// <summary>Opens a new pair in the devpts whose root directory is given.</summary>
    public static (int Master, int Terminal) Open(int directory)
    {
        const int flags = Abi.ReadWrite | Abi.NoControllingTty | Abi.CloseOnExec;
        var master = SystemCallException.Check(Libc.openat(directory, "ptmx", flags, 0), "open ptmx");
        try
        {
            var unlock = 0;
            SystemCallException.Check(Libc.ioctl(master, Abi.UnlockPty, (nint)(&unlock)), "unlock the terminal");
            var terminal = SystemCallException.Check(Libc.ioctl(master, Abi.OpenPtyPeer, flags), "open the terminal");
            Resize(master, DefaultRows, DefaultColumns);
            return (master, terminal);
        }
        catch
        {
            Fd.Close(ref master);
            throw;
        }
    }

    /// <summary>The number under which the terminal is in its devpts.</summary>
    public static uint Number(int master)
    {
        uint number;
        SystemCallException.Check(Libc.ioctl(master, Abi.GetPtyNumber, (nint)(&number)), "name the terminal");
        return number;
    }

    /// <summary>Sets the size; the foreground processes get SIGWINCH. A terminal that has gone is ignored.</summary>
    public static void Resize(int master, ushort rows, ushort columns)
    {
        var size = stackalloc ushort[4] { rows, columns, 0, 0 };
        _ = Libc.ioctl(master, Abi.SetWindowSize, (nint)size);
    }

    /// <summary>The character that means end of file, or null while the terminal is raw and none does.</summary>
    public static byte? EndOfFile(int master)
    {
        var termios = stackalloc byte[TermiosBytes];
        return Libc.ioctl(master, Abi.GetTermios, (nint)termios) == 0
            && (((uint*)termios)[LocalFlags] & Canonical) != 0
            && termios[EndOfFileIndex] != 0
            ? termios[EndOfFileIndex]
            : null;
    }
}
