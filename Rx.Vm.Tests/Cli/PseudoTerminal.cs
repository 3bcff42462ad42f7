using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Rx.Vm.Tests.Cli;

/// <summary>A terminal whose screen is a list of bytes and whose keyboard is a method.</summary>
internal sealed partial class PseudoTerminal : IDisposable
{
    private const int ReadWriteNoControl = 0x80102; // And close-on-exec: nobody else keeps the terminal alive.
    private const nuint SetWindowSize = 0x5414;

    private readonly SafeFileHandle _master;

    // Held, or reading would end as soon as nobody has it open.
    private readonly SafeFileHandle _slave;
    private readonly FileStream _stream;
    private readonly Thread _reader;
    private readonly Lock _gate = new();
    private volatile bool _isClosed;
    private readonly MemoryStream _screen = new();
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private unsafe PseudoTerminal()
    {
        _master = OpenMaster(ReadWriteNoControl);
        Assert.False(_master.IsInvalid);
        Assert.Equal(0, Grant(_master) | Unlock(_master));
        var name = stackalloc byte[64];
        Assert.Equal(0, NameOf(_master, name, 64));
        Path = Marshal.PtrToStringUTF8((nint)name)!;
        _slave = OpenFile(Path, ReadWriteNoControl);
        _stream = new FileStream(_master, FileAccess.ReadWrite, bufferSize: 0);
        _reader = new Thread(Read) { IsBackground = true };
        _reader.Start();
    }

    /// <summary>The device for the program's side.</summary>
    public string Path { get; }

    /// <summary>How it is set: of "isig icanon echo opost" what is on.</summary>
    public unsafe string Settings
    {
        get
        {
            var termios = stackalloc uint[64];
            Assert.Equal(0, Get(_slave, termios));
            var (output, local) = (termios[1], termios[3]);
            var on = new[] { ("isig", local & 1), ("icanon", local & 2), ("echo", local & 8), ("opost", output & 1) };
            return string.Join(' ', on.Where(flag => flag.Item2 != 0).Select(flag => flag.Item1));
        }
    }

    /// <summary>All that was written so far.</summary>
    public byte[] Screen
    {
        get
        {
            lock (_gate)
            {
                return _screen.ToArray();
            }
        }
    }

    public static PseudoTerminal Open(ushort rows, ushort columns)
    {
        var terminal = new PseudoTerminal();
        terminal.Resize(rows, columns);
        return terminal;
    }

    public unsafe void Resize(ushort rows, ushort columns)
    {
        var size = stackalloc ushort[4] { rows, columns, 0, 0 };
        Assert.Equal(0, Control(_slave, SetWindowSize, size));
    }

    public void Type(ReadOnlySpan<byte> keys) => _stream.Write(keys);

    /// <summary>Waits until <paramref name="holds"/> of what was written.</summary>
    public async Task UntilAsync(Func<byte[], bool> holds, CancellationToken ct)
    {
        while (true)
        {
            Task more;
            lock (_gate)
            {
                if (holds(_screen.ToArray()))
                {
                    return;
                }

                more = _more.Task;
            }

            await more.WaitAsync(ct);
        }
    }

    /// <summary>Closes the window: whoever still has the terminal finds it gone.</summary>
    public void Dispose()
    {
        _isClosed = true;
        _reader.Join();
        _slave.Dispose();
        _stream.Dispose();
        _master.Dispose();
    }

    private void Read()
    {
        var buffer = new byte[4096];
        try
        {
            while (IsReadable() && _stream.Read(buffer) is var count and > 0)
            {
                lock (_gate)
                {
                    _screen.Write(buffer, 0, count);
                    _more.SetResult();
                    _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
        }
    }

    // A read that waits would keep the terminal alive.
    private unsafe bool IsReadable()
    {
        var entry = stackalloc int[2] { (int)_master.DangerousGetHandle(), 1 };
        while (!_isClosed)
        {
            if (Poll(entry, 1, 20) > 0)
            {
                return true;
            }
        }

        return false;
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static unsafe partial int Poll(int* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    private static partial SafeFileHandle OpenMaster(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt")]
    private static partial int Grant(SafeFileHandle master);

    [LibraryImport("libc", EntryPoint = "unlockpt")]
    private static partial int Unlock(SafeFileHandle master);

    [LibraryImport("libc", EntryPoint = "ptsname_r")]
    private static unsafe partial int NameOf(SafeFileHandle master, byte* name, nint length);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static unsafe partial int Get(SafeFileHandle terminal, uint* termios);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static unsafe partial int Control(SafeFileHandle terminal, nuint request, ushort* size);
}
