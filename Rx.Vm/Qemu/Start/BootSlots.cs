using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Images;
using Rx.Vm.Native;

namespace Rx.Vm.Qemu;

/// <summary>
/// The places of machines that boot, shared by all host processes that name the same directory: one locked file each. The kernel gives a
/// place back when its process ends, however it ends.
/// </summary>
/// <param name="directory">Where the files are; made when it is missing. It must be this user's alone.</param>
/// <param name="count">How many places there are.</param>
internal sealed class BootSlots(string directory, int count)
{
    /// <summary>Takes a free place.</summary>
    /// <returns>The place, until it is disposed; null when none is free.</returns>
    /// <exception cref="IOException">The directory can't be used.</exception>
    public IDisposable? TryTake()
    {
        if (RuntimeRoot.ProblemWith(directory) is { } problem)
        {
            throw new IOException(problem);
        }

        for (var slot = 0; slot < count; slot++)
        {
            var path = Path.Combine(directory, $"boot-{slot.ToString(CultureInfo.InvariantCulture)}");
            var file = PosixFiles.OpenForLock(path);
            try
            {
                if (PosixFiles.TryLock(file, path))
                {
                    return new Slot(file);
                }
            }
            catch
            {
                file.Dispose();
                throw;
            }

            file.Dispose();
        }

        return null;
    }

    private sealed class Slot(SafeFileHandle file) : IDisposable
    {
        public void Dispose()
        {
            if (!file.IsClosed)
            {
                // Closing alone would not do at once where a child was just forked.
                PosixFiles.Unlock(file);
                file.Dispose();
            }
        }
    }
}
