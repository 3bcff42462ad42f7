using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Images;
using Rx.Vm.Native;
using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Qemu;

/// <summary>
/// The user that one machine's process runs as. On a root host it is the machine's own, so that a process that was taken over by its
/// guest owns nothing, and two of them can't touch each other. What keeps it the machine's own are two locked files. One its process
/// inherits: the kernel frees it when the process and its host are gone. The process can free it too, so the host holds the other until it
/// has seen the end.
/// </summary>
internal sealed class UserLease : IDisposable
{
    private const int FallbackCount = 1024;

    private SafeFileHandle? _hosts;

    private UserLease(QemuUser user, SafeFileHandle? file, SafeFileHandle? hosts) => (User, File, _hosts) = (user, file, hosts);

    /// <summary>Whom to run as.</summary>
    public QemuUser User { get; }

    /// <summary>The locked file, for the child to inherit; null for a user that was named by options.</summary>
    public SafeFileHandle? File { get; }

    /// <summary>Takes the user of one machine.</summary>
    /// <returns>Null when it runs as this process's user: an ordinary one, or root without the means to change it.</returns>
    /// <exception cref="IOException">The lock directory can't be used, or every user of the range is taken.</exception>
    public static UserLease? Take(QemuDriverOptions options)
    {
        if (options.RunAs is { } named)
        {
            return new UserLease(named, null, null);
        }

        return Range(options) is { } range ? Take(range, options.LockDirectory) : null;
    }

    /// <summary>A user like the one that a machine would get, without taking one; null when it runs as this process's.</summary>
    public static QemuUser? Example(QemuDriverOptions options) =>
        options.RunAs ?? (Range(options) is { } range ? new QemuUser(range.First, range.First) : null);

    private static QemuUserRange? Range(QemuDriverOptions options) =>
        Libc.geteuid() == 0 && PrivilegeDrop.CanChangeUser && Usable(options.UserRange) is { Count: > 0 } range ? range : null;

    /// <summary>Hands out the host's own lock, to be disposed of when the machine's end was seen; null for a user that was named.</summary>
    public IDisposable? Keep() => Interlocked.Exchange(ref _hosts, null);

    /// <summary>Closes what was not handed out.</summary>
    public void Dispose()
    {
        File?.Dispose();
        _hosts?.Dispose();
    }

    /// <summary>The part of a range that this user namespace has; the last numbers it has, in place of the default range.</summary>
    /// <param name="range">What was asked for.</param>
    /// <param name="map">The text of <c>/proc/self/uid_map</c>.</param>
    internal static QemuUserRange Usable(QemuUserRange range, string map)
    {
        var blocks = map.Split('\n')
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length == 3)
            .Select(fields => (First: Number(fields[0]), Count: Number(fields[2])))
            .ToArray();
        if (range.Count == 0 || blocks.Any(b => b.First <= range.First && b.First + b.Count >= (ulong)range.First + (ulong)range.Count))
        {
            return range;
        }

        var (first, count) = blocks.OrderByDescending(b => b.First).FirstOrDefault();
        return ReferenceEquals(range, QemuUserRange.Default) && count > FallbackCount
            ? new QemuUserRange((uint)(first + count - FallbackCount), FallbackCount)
            : QemuUserRange.None;
    }

    private static QemuUserRange Usable(QemuUserRange range) => Usable(range, ProcFs.ReadSmall("/proc/self/uid_map") ?? "");

    // The lowest that is free, so that there are as few files as there ever were machines at a time.
    private static UserLease Take(QemuUserRange range, string directory)
    {
        if (RuntimeRoot.ProblemWith(directory) is { } problem)
        {
            throw new IOException(problem);
        }

        for (var i = 0; i < range.Count; i++)
        {
            var uid = range.First + (uint)i;
            var path = Path.Combine(directory, $"uid-{uid.ToString(CultureInfo.InvariantCulture)}");
            var hosts = PosixFiles.OpenForLock(path + ".host");
            SafeFileHandle? file = null;
            try
            {
                if (PosixFiles.TryLock(hosts, path))
                {
                    PosixFiles.OpenForLock(path).Dispose();

                    // For reading: the machine inherits it, and must not be able to fill what it lies on.
                    file = Libc.open(path, Libc.OpenReadOnly | Libc.OpenNoFollow | Libc.OpenCloseOnExec);
                    if (!file.IsInvalid && PosixFiles.TryLock(file, path))
                    {
                        var lease = new UserLease(new QemuUser(uid, uid), file, hosts);
                        (file, hosts) = (null, null);
                        return lease;
                    }
                }
            }
            finally
            {
                file?.Dispose();
                hosts?.Dispose();
            }
        }

        throw new IOException($"all {range.Count} users from {range.First} on have a machine already");
    }

    private static ulong Number(string text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0;
}
