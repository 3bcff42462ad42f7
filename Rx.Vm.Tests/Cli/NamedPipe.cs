using System.Runtime.InteropServices;

namespace Rx.Vm.Tests.Cli;

/// <summary>Pipes in the file system: opening one waits for its other end.</summary>
internal static partial class NamedPipe
{
    private const uint OwnerReadWrite = 0x180;

    public static string Make(string path)
    {
        Assert.Equal(0, Make(path, OwnerReadWrite));
        return path;
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Make(string path, uint mode);
}
