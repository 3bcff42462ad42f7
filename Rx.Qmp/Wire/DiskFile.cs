using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Rx.Qmp.Wire;

/// <summary>What .NET does not do for files: it flushes them to disk without saying whether that worked.</summary>
internal static partial class DiskFile
{
    private const int Interrupted = 4;

    /// <summary>Returns once everything written is on disk, by whomever.</summary>
    /// <exception cref="IOException">It may not be.</exception>
    public static void Flush(SafeHandle file)
    {
        while (Sync(file) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
            {
                throw new IOException("The file may not have reached the disk.", new Win32Exception(error));
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(SafeHandle file);
}
