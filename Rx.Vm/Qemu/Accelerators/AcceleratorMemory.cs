using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Qemu;

/// <summary>
/// Remembers, in the cache directory, that a boot under KVM failed, so that the next machine does not wait for the same failure. Bound
/// to the running kernel: another kernel is another chance. The cache may be deleted at any time; failing to write it is not an error.
/// </summary>
/// <param name="cacheDirectory">Where the note lies; made when needed.</param>
public sealed class AcceleratorMemory(string cacheDirectory)
{
    private const int MaxReason = 512;

    private readonly string _file = Path.Combine(cacheDirectory, "kvm-failed");

    /// <summary>Why KVM failed before on this kernel, or null.</summary>
    public string? Recall()
    {
        var lines = (ProcFs.ReadSmall(_file) ?? "").Split('\n', 2);
        return lines.Length == 2 && lines[0] == Kernel ? lines[1].Trim() : null;
    }

    /// <summary>Writes a failure down.</summary>
    /// <param name="reason">One line for people; cut at 512 characters.</param>
    /// <returns>Whether it could be written.</returns>
    public bool Remember(string reason)
    {
        var line = string.Concat(reason.Take(MaxReason).Select(static c => char.IsControl(c) ? ' ' : c));
        return Try(() =>
        {
            Directory.CreateDirectory(cacheDirectory);
            var draft = $"{_file}.{Environment.ProcessId}";
            File.WriteAllText(draft, $"{Kernel}\n{line}\n");
            File.Move(draft, _file, overwrite: true);
        });
    }

    /// <summary>Forgets, so that KVM is tried again.</summary>
    /// <returns>Whether nothing is remembered now.</returns>
    public bool Forget() => Try(() => File.Delete(_file));

    private static string Kernel => (ProcFs.ReadSmall("/proc/sys/kernel/osrelease") ?? "").Trim();

    private static bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
