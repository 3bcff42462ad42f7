using System.ComponentModel;
using System.Runtime.InteropServices;
using Rx.Qmp.Native;

namespace Rx.Qmp.Wire;

/// <summary>What .NET does not do for files: it flushes them to disk without saying whether that worked.</summary>
internal static class DiskFile
{
    /// <summary>Returns once everything written is on disk, by whomever.</summary>
    /// <exception cref="IOException">It may not be.</exception>
    public static void Flush(SafeHandle file)
    {
        while (Libc.fsync(file) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Libc.Interrupted)
            {
                throw new IOException("The file may not have reached the disk.", new Win32Exception(error));
            }
        }
    }
}
