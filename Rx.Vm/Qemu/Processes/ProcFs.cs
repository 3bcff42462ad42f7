using System.Globalization;

namespace Rx.Vm.Qemu.Processes;

/// <summary>Reads what <c>/proc</c> says about a process. A process that is gone gives null, never an exception.</summary>
internal static class ProcFs
{
    private const int MaxText = 16 * 1024;
    private const ulong FlagEnding = 4;

    /// <summary>The kernel's boot id: a new one after every boot.</summary>
    public static string BootId { get; } = (ReadSmall("/proc/sys/kernel/random/boot_id") ?? "unknown").Trim();

    /// <summary>State letter, start tick, processor time and, for a zombie of ours or our user's, the wait status.</summary>
    public static ProcStat? Stat(int pid) => ReadSmall($"/proc/{pid}/stat") is { } text ? ParseStat(text) : null;

    /// <summary>The fields after the command name, which may itself hold blanks and parentheses; hence the last one counts.</summary>
    public static ProcStat? ParseStat(string text)
    {
        var end = text.LastIndexOf(')');
        if (end < 0 || end + 2 >= text.Length)
        {
            return null;
        }

        var fields = text[(end + 2)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length >= 20
            && ulong.TryParse(fields[6], NumberStyles.None, CultureInfo.InvariantCulture, out var flags)
            && ulong.TryParse(fields[11], NumberStyles.None, CultureInfo.InvariantCulture, out var user)
            && ulong.TryParse(fields[12], NumberStyles.None, CultureInfo.InvariantCulture, out var kernel)
            && ulong.TryParse(fields[19], NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            ? new ProcStat(
                fields[0][0], start, fields.Length >= 50 && int.TryParse(fields[49], out var status) ? status : 0, user + kernel,
                (flags & FlagEnding) != 0)
            : null;
    }

    /// <summary>What the kernel says about a process's confinement.</summary>
    public static Confinement? Confinement(int pid, bool hardware) =>
        ReadSmall($"/proc/{pid}/status") is { } text ? ParseConfinement(text, hardware) : null;

    /// <summary>Reads the lines of <c>/proc/PID/status</c> that matter; null when one is missing.</summary>
    public static Confinement? ParseConfinement(string status, bool hardware)
    {
        int? seccomp = null, noNew = null;
        ulong? capabilities = null;
        uint? uid = null;
        foreach (var line in status.Split('\n'))
        {
            var colon = line.IndexOf(':');
            if (colon < 0)
            {
                continue;
            }

            var value = line[(colon + 1)..].Trim();
            switch (line[..colon])
            {
                case "Seccomp" when int.TryParse(value, out var mode):
                    seccomp = mode;
                    break;
                case "NoNewPrivs" when int.TryParse(value, out var flag):
                    noNew = flag;
                    break;
                case "CapEff" when ulong.TryParse(value, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var mask):
                    capabilities = mask;
                    break;
                case "Uid" when value.Split('\t') is { Length: >= 2 } ids && uint.TryParse(ids[1], out var effective):
                    uid = effective;
                    break;
            }
        }

        return seccomp is { } s && noNew is { } n && capabilities is { } c && uid is { } u
            ? new Confinement(s, n == 1, c, u, hardware)
            : null;
    }

    /// <summary>Reads a small file of the kernel's; null when it is gone or not readable.</summary>
    public static string? ReadSmall(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            var buffer = new char[MaxText];
            return new string(buffer, 0, reader.ReadBlock(buffer));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
