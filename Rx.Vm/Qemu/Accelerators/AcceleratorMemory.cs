using System.Collections.Immutable;
using System.Globalization;
using System.Reactive.Concurrency;
using Rx.Vm.Qemu.Processes;
using Rx.Vm.Text;

namespace Rx.Vm.Qemu;

/// <summary>
/// Remembers, in the cache directory, that boots under KVM failed, so that the next machine does not wait for the same failure. One failure
/// proves nothing; two that had nothing to do with one another, on the running kernel and within a day, do. The cache may be deleted at
/// any time; failing to write it is not an error.
/// </summary>
/// <param name="cacheDirectory">Where the note lies; made when needed.</param>
/// <param name="time">The clock of the failures.</param>
public sealed class AcceleratorMemory(string cacheDirectory, IScheduler time)
{
    private const int MaxReason = 512;
    private const int Enough = 2;
    private static readonly TimeSpan Believed = TimeSpan.FromDays(1);

    /// <summary>The note's name.</summary>
    internal const string FileName = "kvm-failed";

    private readonly string _file = Path.Combine(cacheDirectory, FileName);

    /// <summary>Why KVM is not to be tried, in the words of the last failure; null when it is.</summary>
    public string? Recall() => Read() is { Length: >= Enough } failures ? failures[^1].Reason : null;

    /// <summary>Writes a failure down, unless its boot had begun before the last one failed: both may have one cause.</summary>
    /// <param name="reason">One line for people; of a longer one the first 512 characters and an ellipsis are kept.</param>
    /// <param name="began">When the boot began.</param>
    /// <returns>Whether it could be written, or need not be.</returns>
    public bool Remember(string reason, DateTimeOffset began) => Try(() =>
    {
        var failures = Read();
        if (failures.Length > 0 && began.ToUnixTimeMilliseconds() <= failures[^1].At)
        {
            return;
        }

        var line = CleanText.Of(reason, MaxReason);
        failures = failures.Add(new Failure(time.Now.ToUnixTimeMilliseconds(), line));
        var lines = failures.TakeLast(Enough).Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.At} {f.Reason}\n"));
        Directory.CreateDirectory(cacheDirectory);
        var draft = $"{_file}.{Environment.ProcessId}";
        File.WriteAllText(draft, $"{Kernel}\n{string.Concat(lines)}");
        File.Move(draft, _file, overwrite: true);
    });

    /// <summary>Forgets, so that KVM is tried again.</summary>
    /// <returns>Whether nothing is remembered now.</returns>
    public bool Forget() => Try(() => File.Delete(_file));

    private static string Kernel => (ProcFs.ReadSmall("/proc/sys/kernel/osrelease") ?? "").Trim();

    // Notes of another kernel, of another day (also one that is yet to come: a clock was wrong) and of another format say nothing.
    private ImmutableArray<Failure> Read()
    {
        var lines = (ProcFs.ReadSmall(_file) ?? "").Split('\n');
        var now = time.Now.ToUnixTimeMilliseconds();
        var since = now - (long)Believed.TotalMilliseconds;
        return lines[0] != Kernel ? [] : [.. lines.Skip(1).Select(Parse).OfType<Failure>().Where(f => f.At >= since && f.At <= now)];
    }

    private static Failure? Parse(string line) =>
        line.Split(' ', 2) is [var at, var reason] && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? new Failure(value, reason.Trim())
            : null;

    private static bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception)
        {
            // Directory and clock are the user's. A machine that runs all the same is worth more than a note.
            return false;
        }
    }

    private sealed record Failure(long At, string Reason);
}
