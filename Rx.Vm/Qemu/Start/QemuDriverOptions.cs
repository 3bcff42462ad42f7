using Rx.Vm.Native;
using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Qemu;

/// <summary>How this host runs QEMU. Set by who runs the host, never by a pod.</summary>
public sealed record QemuDriverOptions
{
    /// <summary>Absolute path of <c>qemu-system-x86_64</c>; null looks in the PATH.</summary>
    public string? Emulator { get; init; }

    /// <summary>Where the machines' directories are made; it must belong to this user and be writable by nobody else.</summary>
    public string RuntimeRoot { get; init; } = DefaultRuntimeRoot();

    /// <summary>Where it is remembered that KVM failed.</summary>
    public string CacheDirectory { get; init; } = DefaultCacheDirectory();

    /// <summary>
    /// Whom every QEMU runs as. Null: this process's user or, where that is root, for each machine another user of
    /// <see cref="UserRange"/>. Capabilities are dropped in either case where <c>setpriv</c> (util-linux) is installed.
    /// </summary>
    public QemuUser? RunAs { get; init; }

    /// <summary>
    /// The users that a root host's machines run as, one each. QEMU owns no file then: what it reads is opened by this process. Without
    /// <c>setpriv</c>, or the capabilities to change users and to end their processes, machines run as root all the same, and <c>rxvm doctor</c> says so.
    /// </summary>
    public QemuUserRange UserRange { get; init; } = QemuUserRange.Default;

    /// <summary>Beside the runtime root: the locks that this user's host processes share.</summary>
    internal string LockDirectory => RuntimeRoot.TrimEnd('/') + ".locks";

    /// <summary>Accepts a QEMU that runs without its seccomp filter. Off: such a start fails.</summary>
    public bool AllowUnconfined { get; init; }

    /// <summary><c>$XDG_RUNTIME_DIR/rxvm</c>, <c>/run/rxvm</c> for root, else <c>rxvm-UID</c> in the temporary directory.</summary>
    public static string DefaultRuntimeRoot() =>
        DefaultRuntimeRoot(Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR"), OperatingSystem.IsLinux() ? Libc.geteuid : null);

    /// <summary>The same, of what it depends on.</summary>
    /// <param name="runtime"><c>XDG_RUNTIME_DIR</c>.</param>
    /// <param name="user">Tells this process's user; null where users have no numbers: options can be made there, a driver can't.</param>
    internal static string DefaultRuntimeRoot(string? runtime, Func<uint>? user) =>
        runtime is { Length: > 0 } && Path.IsPathFullyQualified(runtime) ? Path.Combine(runtime, "rxvm")
            : user is null ? Path.Combine(Path.GetTempPath(), "rxvm")
            : user() is > 0 and var number ? Path.Combine(Path.GetTempPath(), $"rxvm-{number}")
            : "/run/rxvm";

    /// <summary>
    /// <c>$XDG_CACHE_HOME/rxvm</c>, else <c>~/.cache/rxvm</c>; for a user without a home the same as <see cref="DefaultRuntimeRoot()"/>.
    /// </summary>
    public static string DefaultCacheDirectory() => UserDirectories.Cache() is { } cache ? Path.Combine(cache, "rxvm") : DefaultRuntimeRoot();
}
