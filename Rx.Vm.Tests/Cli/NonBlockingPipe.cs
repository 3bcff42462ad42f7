using System.Runtime.InteropServices;

namespace Rx.Vm.Tests.Cli;

/// <summary>A pipe whose read end, which children inherit, does not wait for bytes.</summary>
internal sealed partial class NonBlockingPipe : IDisposable
{
    private const int NonBlocking = 0x800;
    private const int SetDescriptorFlags = 2;
    private const int CloseOnExec = 1;

    private int _writeEnd;

    private unsafe NonBlockingPipe()
    {
        var ends = stackalloc int[2];
        Assert.Equal(0, Pipe(ends, NonBlocking));
        (ReadEnd, _writeEnd) = (ends[0], ends[1]);
        Assert.Equal(0, Control(_writeEnd, SetDescriptorFlags, CloseOnExec));
    }

    public int ReadEnd { get; }

    public static NonBlockingPipe Open() => new();

    public void Write(ReadOnlySpan<byte> bytes) => Assert.Equal(bytes.Length, Write(_writeEnd, bytes, bytes.Length));

    public void CloseWriteEnd()
    {
        if (_writeEnd >= 0)
        {
            _ = Close(_writeEnd);
            _writeEnd = -1;
        }
    }

    public void Dispose()
    {
        CloseWriteEnd();
        _ = Close(ReadEnd);
    }

    [LibraryImport("libc", EntryPoint = "pipe2")]
    private static unsafe partial int Pipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, int value);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int descriptor, ReadOnlySpan<byte> bytes, nint count);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
