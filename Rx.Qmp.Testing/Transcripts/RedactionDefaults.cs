using System.Collections.Immutable;
using static Rx.Qmp.Testing.Transcripts.RedactionPlace;

namespace Rx.Qmp.Testing.Transcripts;

/// <summary>The rules of <see cref="QmpRedaction.Default"/>.</summary>
internal static class RedactionDefaults
{
    /// <summary>Members that are secret wherever they are; password-secret and the like name a secret and are none.</summary>
    private static readonly string[] SecretMembers =
    [
        "password", "proxy-password", "proxy-username", "cookie", "passphrase", "token", "key", "private-key", "secret-key",
    ];

    /// <summary>Members that hold addresses or file names, which may hold a user's password.</summary>
    private static readonly string[] AddressMembers =
    [
        "filename", "file", "backing-filename", "backing_file", "backing-file", "full-backing-filename", "base", "target", "snapshot-file",
        "image", "device", "path",
    ];

    public static ImmutableArray<RedactionRule> Rules { get; } =
    [
        new(Arguments, "object-add", "data"),
        new(Arguments, "object-add", "props.data"),
        new(Arguments, "block_passwd", "password"),
        new(Arguments, "set_password", "**"),
        new(Arguments, "set-password", "**"),
        new(Arguments, "expire_password", "**"),
        new(Arguments, "change-vnc-password", "**"),
        new(Arguments, "chardev-add", "backend.data.**"),
        new(Arguments, "chardev-change", "backend.data.**"),
        new(Return, "query-chardev", "filename"),
        new(Arguments, "migrate", "uri", RunsProgram),
        new(Arguments, "migrate-incoming", "uri", RunsProgram),
        .. SecretMembers.SelectMany(Everywhere),
        .. new[] { "url", "uri-parameters", "connection-string" }.SelectMany(Everywhere),
        .. AddressMembers.SelectMany(member => Everywhere(member, IsNoPlainPath)),
    ];

    /// <summary>Commands of QEMU 7.2 whose arguments and replies hold no secret beyond what the rules hide.</summary>
    public static ImmutableHashSet<string> Allowed { get; } =
    [
        "qmp_capabilities", "query-*", "stop", "cont", "quit", "system_reset", "system_powerdown", "system_wakeup", "inject-nmi",
        "device_add", "device_del", "netdev_add", "netdev_del", "set_link", "object-add", "object-del", "balloon",
        "blockdev-add", "blockdev-del", "blockdev-reopen", "blockdev-create", "blockdev-backup", "blockdev-mirror", "blockdev-snapshot",
        "blockdev-snapshot-sync", "blockdev-snapshot-internal-sync", "blockdev-snapshot-delete-internal-sync", "blockdev-open-tray",
        "blockdev-close-tray", "blockdev-insert-medium", "blockdev-remove-medium", "blockdev-change-medium", "blockdev-set-active",
        "block-commit", "block-stream", "block-export-add", "block-export-del", "block-job-cancel", "block-job-complete",
        "block-job-dismiss", "block-job-finalize", "block-job-pause", "block-job-resume", "block-job-set-speed", "block_resize",
        "block_set_io_throttle", "block-dirty-bitmap-add", "block-dirty-bitmap-remove", "block-dirty-bitmap-clear",
        "block-dirty-bitmap-enable", "block-dirty-bitmap-disable", "block-dirty-bitmap-merge", "block-latency-histogram-set",
        "block-set-write-threshold", "block_passwd", "eject", "transaction", "drive-backup", "drive-mirror", "change-backing-file",
        "nbd-server-start", "nbd-server-stop", "nbd-server-add", "nbd-server-remove",
        "job-cancel", "job-complete", "job-dismiss", "job-finalize", "job-pause", "job-resume",
        "snapshot-save", "snapshot-load", "snapshot-delete", "dump-guest-memory",
        "chardev-add", "chardev-change", "chardev-remove", "chardev-send-break",
        "set_password", "set-password", "expire_password", "change-vnc-password",
        "migrate", "migrate-incoming", "migrate_cancel", "migrate-continue", "migrate-pause", "migrate-recover", "migrate-start-postcopy",
        "migrate-set-capabilities", "migrate-set-parameters", "announce-self",
        "getfd", "closefd", "add-fd", "remove-fd", "yank", "watchdog-set-action", "set-action", "x-exit-preconfig", "rtc-reset-reinjection",
        "device-list-properties", "qom-list", "qom-list-types", "qom-list-properties", "trace-event-get-state", "trace-event-set-state",
        "guest-ping", "guest-sync", "guest-sync-delimited", "guest-info", "guest-shutdown",
    ];

    private static IEnumerable<RedactionRule> Everywhere(string member) => Everywhere(member, null);

    private static IEnumerable<RedactionRule> Everywhere(string member, Func<string, bool>? onlyIf) =>
    [
        new(Arguments, "*", $"**.{member}", onlyIf), new(Return, "*", $"**.{member}", onlyIf), new(Data, "*", $"**.{member}", onlyIf),
    ];

    /// <summary>What QEMU takes for an address, or for a whole block device, rather than for a file: a protocol before the first slash. Users,
    /// keys and tokens stand in any part of it.</summary>
    private static bool IsNoPlainPath(string text) => text.AsSpan().IndexOfAny(':', '/') is >= 0 and var at && text[at] == ':';

    private static bool RunsProgram(string uri) => uri.StartsWith("exec:", StringComparison.OrdinalIgnoreCase);
}
