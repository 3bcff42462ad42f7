using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Native;

namespace Rx.Vm.Qemu.Processes;

/// <summary>Files in memory that nobody can execute: some kernels refuse any other (<c>vm.memfd_noexec</c>).</summary>
internal static class MemoryFile
{
    private const uint CloseOnExec = 1;
    private const uint NotExecutable = 8;

    /// <summary>A new one, closed on exec.</summary>
    /// <param name="name">What <c>/proc</c> calls it.</param>
    /// <param name="flags">What else it is to be.</param>
    /// <returns>An invalid handle with the error number set when the kernel refuses.</returns>
    public static SafeFileHandle New(string name, uint flags = 0)
    {
        var file = Libc.memfd_create(name, CloseOnExec | NotExecutable | flags);
        if (!file.IsInvalid || Marshal.GetLastPInvokeError() != Libc.Invalid)
        {
            return file;
        }

        // Linux before 6.3 does not know the flag.
        file.Dispose();
        return Libc.memfd_create(name, CloseOnExec | flags);
    }
}
