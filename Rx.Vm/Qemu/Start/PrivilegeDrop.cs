using System.Collections.Immutable;
using System.Globalization;
using Rx.Vm.Native;
using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Qemu;

/// <summary>
/// Puts <c>setpriv</c> in front of QEMU where this process holds capabilities: it empties every capability set, changes the user if one
/// was named, and becomes QEMU, so pid, descriptors and session stay. Before exec, because QEMU's own <c>-runas</c> dies under the full
/// sandbox.
/// </summary>
internal static class PrivilegeDrop
{
    private const ulong SetPCap = 1 << 8;

    // To change the user, and to end afterwards what runs as another one.
    private const ulong AnotherUser = SetPCap | 1 << 6 | 1 << 7 | 1 << 5;

    /// <summary>What it takes to run a machine as another user, part of a sentence.</summary>
    public const string Needs = "setpriv (util-linux) and the capabilities SETPCAP, SETUID, SETGID and KILL";

    /// <summary>Whether this process can start others as another user, and end them.</summary>
    public static bool CanChangeUser => SetPriv is not null && (Capabilities & AnotherUser) == AnotherUser;

    private static string? SetPriv => EmulatorLocator.InPath("setpriv", "/usr/bin:/bin:/usr/local/bin");

    private static ulong Capabilities => ProcFs.Confinement(Environment.ProcessId, hardware: false)?.EffectiveCapabilities ?? 0;

    /// <summary>What to execute for a program, a pure function.</summary>
    /// <param name="program">Absolute path of QEMU.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="capabilities">This process's effective capabilities.</param>
    /// <param name="setPriv">Absolute path of setpriv, or null.</param>
    /// <param name="user">Whom to run as; null for this process's user.</param>
    /// <param name="group">The one group it keeps beside its own, for <c>/dev/kvm</c>; null for none.</param>
    /// <returns>Null when a user was named that cannot be changed to.</returns>
    public static (string Program, ImmutableArray<string> Arguments)? Wrap(
        string program, ImmutableArray<string> arguments, ulong capabilities, string? setPriv, QemuUser? user,
        uint? group = null)
    {
        var needed = user is null ? SetPCap : AnotherUser;
        if ((capabilities & needed) != needed || setPriv is null)
        {
            return user is null ? (program, arguments) : null;
        }

        string[] switches = ["--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all", "--no-new-privs"];
        string[] identity = user is null
            ? []
            : [$"--reuid={Number(user.Uid)}", $"--regid={Number(user.Gid)}", group is { } kept ? $"--groups={Number(kept)}" : "--clear-groups"];
        return (setPriv, [.. switches, .. identity, "--", program, .. arguments]);
    }

    /// <summary>The same for this process and host.</summary>
    public static (string Program, ImmutableArray<string> Arguments)? Wrap(
        string program, ImmutableArray<string> arguments, QemuUser? user, bool hardware) =>
        Wrap(program, arguments, Capabilities, SetPriv, user, user is not null && hardware ? DeviceAccess(user).Group : null);

    /// <summary>Whether another user may open <c>/dev/kvm</c>, and the group that it takes.</summary>
    public static (bool Opens, uint? Group) DeviceAccess(QemuUser user)
    {
        using var root = Libc.open("/", Libc.OpenDirectory | Libc.OpenCloseOnExec);
        return Libc.statx(root, AcceleratorProbe.DevicePath, 0, out var facts) == 0
            ? DeviceAccess(user, facts.Mode, facts.Uid, facts.Gid)
            : (false, null);
    }

    /// <summary>The same of a device's mode and owners, a pure function. The group of root is given to nobody.</summary>
    public static (bool Opens, uint? Group) DeviceAccess(QemuUser user, int mode, uint owner, uint group)
    {
        bool May(int shift) => (mode >> shift & 6) == 6;
        return user.Uid == owner ? (May(6), null)
            : user.Gid == group ? (May(3), null)
            : May(0) ? (true, null)
            : May(3) && group != 0 ? (true, group)
            : (false, null);
    }

    private static string Number(uint value) => value.ToString(CultureInfo.InvariantCulture);
}
