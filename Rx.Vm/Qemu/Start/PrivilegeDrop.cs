using System.Collections.Immutable;
using System.Globalization;
using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Qemu;

/// <summary>
/// Puts <c>setpriv</c> in front of QEMU where this process holds capabilities: it empties every capability set, changes the user if one
/// was named, and becomes QEMU, so pid, descriptors and session stay. Before exec, because QEMU's own <c>-runas</c> dies under the full
/// sandbox (§3.e).
/// </summary>
internal static class PrivilegeDrop
{
    private const ulong SetPCap = 1 << 8;

    /// <summary>What to execute for a program, a pure function.</summary>
    /// <param name="program">Absolute path of QEMU.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="capabilities">This process's effective capabilities.</param>
    /// <param name="setPriv">Absolute path of setpriv, or null.</param>
    /// <param name="user">Whom to run as; null for this process's user.</param>
    /// <returns>Null when a user was named that cannot be changed to.</returns>
    public static (string Program, ImmutableArray<string> Arguments)? Wrap(
        string program, ImmutableArray<string> arguments, ulong capabilities, string? setPriv, QemuUser? user)
    {
        if ((capabilities & SetPCap) == 0 || setPriv is null)
        {
            return user is null ? (program, arguments) : null;
        }

        string[] switches = ["--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all", "--no-new-privs"];
        string[] identity = user is null ? [] : [$"--reuid={Number(user.Uid)}", $"--regid={Number(user.Gid)}", "--clear-groups"];
        return (setPriv, [.. switches, .. identity, "--", program, .. arguments]);
    }

    /// <summary>The same for this process and host.</summary>
    public static (string Program, ImmutableArray<string> Arguments)? Wrap(
        string program, ImmutableArray<string> arguments, QemuUser? user) => Wrap(
        program, arguments, ProcFs.Confinement(Environment.ProcessId, hardware: false)?.EffectiveCapabilities ?? 0,
        EmulatorLocator.InPath("setpriv", "/usr/bin:/bin:/usr/local/bin"), user);

    private static string Number(uint value) => value.ToString(CultureInfo.InvariantCulture);
}
