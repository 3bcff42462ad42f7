using System.Globalization;
using System.Text.RegularExpressions;

namespace Rx.Benchmarks;

/// <summary>What a figure is worth nothing without: how busy the machine was, and which code it was.</summary>
internal static class HostFacts
{
    /// <summary>Processes that ran or wanted to in the last minute.</summary>
    public static string Load => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    /// <summary>The commit that is checked out, shortened; "unknown" outside a clone.</summary>
    public static string Commit { get; } = ReadCommit();

    /// <summary>A line of what the kernel says of a process's memory, in MiB.</summary>
    /// <exception cref="IOException">The process has gone, or is another user's.</exception>
    public static double Memory(int process, string line)
    {
        var match = Regex.Match(File.ReadAllText($"/proc/{process}/smaps_rollup"), $@"^{line}:\s+(\d+) kB$", RegexOptions.Multiline);
        return double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) / 1024;
    }

    private static string ReadCommit()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (Path.Combine(at.FullName, ".git") is var git && (Directory.Exists(git) || File.Exists(git)))
            {
                return Resolve(git) is { Length: >= 12 } commit ? commit[..12] : "unknown";
            }
        }

        return "unknown";
    }

    // A clone has a directory, a further worktree a file that names one, whose branches are in the directory that it shares.
    private static string? Resolve(string git)
    {
        var own = File.Exists(git) ? File.ReadAllText(git)["gitdir: ".Length..].Trim() : git;
        var head = File.ReadAllText(Path.Combine(own, "HEAD")).Trim();
        if (!head.StartsWith("ref: ", StringComparison.Ordinal))
        {
            return head;
        }

        var shared = Path.Combine(own, "commondir") is var link && File.Exists(link)
            ? Path.GetFullPath(Path.Combine(own, File.ReadAllText(link).Trim()))
            : own;
        var branch = head["ref: ".Length..];
        if (Path.Combine(shared, branch) is var loose && File.Exists(loose))
        {
            return File.ReadAllText(loose).Trim();
        }

        var packed = Path.Combine(shared, "packed-refs");
        return File.Exists(packed)
            ? File.ReadLines(packed).FirstOrDefault(line => line.EndsWith($" {branch}", StringComparison.Ordinal))?.Split(' ')[0]
            : null;
    }
}
