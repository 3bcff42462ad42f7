using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Images;
using Rx.Vm.Native;
using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Qemu;

/// <summary>
/// The places of machines that boot, shared by all host processes that name the same directory: one locked file each. The kernel gives a
/// place back when its process ends, however it ends.
/// </summary>
/// <param name="directory">Where the files are; made when it is missing. It must be this user's alone.</param>
/// <param name="count">How many places there are.</param>
internal sealed class BootSlots(string directory, int count)
{
    private const string Prefix = "boot-";

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
            var path = Path.Combine(directory, $"{Prefix}{slot.ToString(CultureInfo.InvariantCulture)}");
            var file = PosixFiles.OpenForLock(path);
            try
            {
                if (PosixFiles.TryLock(file, path))
                {
                    Sign(file);
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

    /// <summary>
    /// Who holds a place. A file is looked at by trying its lock, so for that moment a free place may seem taken to others, who look again.
    /// </summary>
    /// <param name="directory">As above; one that is missing has no places.</param>
    /// <exception cref="IOException">The directory can't be read.</exception>
    public static ImmutableArray<BootHolder> Holders(string directory)
    {
        var holders = ImmutableArray.CreateBuilder<BootHolder>();
        if (!Directory.Exists(directory))
        {
            return [];
        }

        foreach (var path in Directory.EnumerateFiles(directory, Prefix + "*").Order(StringComparer.Ordinal))
        {
            using var file = PosixFiles.OpenForLock(path);
            if (PosixFiles.TryLock(file, path, shared: true))
            {
                PosixFiles.Unlock(file);
                continue;
            }

            var pid = Signature(file);
            holders.Add(new BootHolder(path, pid, pid is { } id && ProcFs.Stat(id) is { State: 'T' or 't' }));
        }

        return holders.ToImmutable();
    }

    /// <summary>Says for people whose place it is. The lock alone decides, so it does no harm when this fails.</summary>
    private static void Sign(SafeFileHandle file)
    {
        try
        {
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)), 0);
        }
        catch (IOException)
        {
            // A full disk keeps nobody from booting.
        }
    }

    private static int? Signature(SafeFileHandle file)
    {
        Span<byte> text = stackalloc byte[16];
        var length = RandomAccess.Read(file, text, 0);
        return int.TryParse(text[..length], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;
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
