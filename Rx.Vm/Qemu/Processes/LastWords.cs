using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Native;
using Rx.Vm.Text;

namespace Rx.Vm.Qemu.Processes;

/// <summary>
/// Where a process's stdout and stderr go: a memory file of fixed size, sealed so that the kernel refuses what would not fit. A pipe
/// would die with this process, a file could fill the disk, RLIMIT_FSIZE would bound the guest's disks too. Costs nothing
/// while the process is silent, is read on demand, and lives as long as the process or a reader holds it.
/// </summary>
internal sealed unsafe class LastWords : IDisposable
{
    /// <summary>How much a process can say in its life.</summary>
    public const int Capacity = 64 * 1024;

    /// <summary>How much of it is told: the end, which of a process that said more than fits is not what it said last.</summary>
    public const int Told = 4 * 1024;

    private const string Name = "rxvm-words";
    private const string Lost = "(it has said more than 64 KiB: what it said later is lost)";
    private const uint Sealable = 2;
    private const int AddSeals = 1033;
    private const int GetSeals = 1034;
    private const int SealShrinkGrow = 1 | 2 | 4;

    private LastWords(SafeFileHandle file) => File = file;

    public SafeFileHandle File { get; }

    public static LastWords Create()
    {
        var file = MemoryFile.New(Name, Sealable);
        if (file.IsInvalid || Libc.ftruncate(file, Capacity) != 0 || Libc.fcntl(file, AddSeals, SealShrinkGrow) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            file.Dispose();
            throw new IOException($"memory file for the output: {Libc.Describe(error)}");
        }

        return new LastWords(file);
    }

    /// <summary>
    /// The words of a process started by an earlier host, or null. Its stderr is believed only if it still is such a sealed file.
    /// </summary>
    public static LastWords? Of(int pid)
    {
        var file = Libc.open($"/proc/{pid}/fd/2", Libc.OpenReadOnly | Libc.OpenNonBlocking | Libc.OpenCloseOnExec);
        if (!file.IsInvalid && Libc.fcntl(file, GetSeals, 0) is > 0 and var seals && (seals & SealShrinkGrow) == SealShrinkGrow)
        {
            return new LastWords(file);
        }

        file.Dispose();
        return null;
    }

    /// <summary>The last 4 KiB of what was kept so far, fit for a terminal or a log, and whether later words were lost.</summary>
    public string Read()
    {
        var buffer = new byte[Capacity];
        nint count;
        fixed (byte* start = buffer)
        {
            count = Libc.pread(File, start, Capacity, 0);
        }

        var said = buffer.AsSpan(0, (int)Math.Max(count, 0)).TrimEnd((byte)0);
        var told = Clean(said[Math.Max(0, said.Length - Told)..]);
        return said.Length < Capacity ? told : $"{told}\n{Lost}";
    }

    public void Dispose() => File.Dispose();

    /// <summary>The lines of it, each clean: the last one is what a complaint quotes.</summary>
    public static string Clean(ReadOnlySpan<byte> said)
    {
        var text = new StringBuilder(said.Length);
        foreach (var line in said.Split((byte)'\n'))
        {
            text.Append(CleanText.Of(said[line], Told).TrimEnd()).Append('\n');
        }

        return text.ToString().Trim();
    }
}
