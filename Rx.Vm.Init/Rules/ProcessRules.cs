using System.Text;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Pods;

namespace Rx.Vm.Init.Rules;

/// <summary>What every command must satisfy, a container's own and an EXECCMD. Each answer is null, or one sentence.</summary>
internal static class ProcessRules
{
    /// <summary>Most arguments, and most environment variables, of a process.</summary>
    public const int MaxStrings = 16_384;

    /// <summary>Judges an EXECCMD by itself; whether its container runs is another question.</summary>
    public static string? JudgeExec(ExecPayload exec) =>
        JudgeSessions(exec.Seq, exec.Stderr, [])
        ?? JudgeCommand(exec.Cmd, exec.Envs ?? [], exec.Workdir ?? "/")
        ?? JudgeUser(exec.User, null, null)
        ?? (exec.Timeout is <= 0 ? "the timeout is not positive" : null);

    /// <summary>Sessions are positive and used once; <paramref name="seen"/> has those judged before and takes the new ones.</summary>
    public static string? JudgeSessions(ulong main, ulong? stderr, HashSet<ulong> seen) =>
        main == 0 ? "session 0 is not a session"
        : !seen.Add(main) ? $"session {main} is used twice"
        : stderr is { } second and not 0 && !seen.Add(second) ? $"session {second} is used twice"
        : null;

    /// <summary>Judges command, environment and working directory.</summary>
    public static string? JudgeCommand(IReadOnlyList<string> command, IReadOnlyList<EnvPayload> envs, string workdir)
    {
        if (command.Count == 0 || string.IsNullOrEmpty(command[0]))
        {
            return "the command is empty";
        }

        if (command.Count > MaxStrings || envs.Count > MaxStrings)
        {
            return $"more than {MaxStrings} arguments or variables";
        }

        if (command.Any(a => a is null || a.Contains('\0') || Encoding.UTF8.GetByteCount(a) > ProcessLimits.Text))
        {
            return "an argument is null, has a NUL character or is too long";
        }

        if (envs.FirstOrDefault(e => !IsVariable(e)) is not null || envs.Contains(null!))
        {
            return "a variable has no name, a '=' in its name, a NUL character or is too long";
        }

        return workdir.Length == 0 || (workdir[0] == '/' && Encoding.UTF8.GetByteCount(workdir) <= ProcessLimits.Path && !workdir.Contains('\0'))
            ? null
            : "the working directory is not an absolute path";
    }

    /// <summary>Judges the shape of user and groups; whether they exist only the container's account files know.</summary>
    public static string? JudgeUser(string? user, string? group, IReadOnlyList<string>? additional) =>
        !IsAccount(user) ? "the user is not a name or number"
        : !IsAccount(group) ? "the group is not a name or number"
        : additional is not null && (additional.Count > IdentityResolver.MaxGroups || additional.Any(g => g is null or "" || !IsAccount(g)))
            ? "an additional group is not a name or number, or there are too many"
        : null;

    /// <summary>Whether a text has a control character.</summary>
    public static bool HasControl(string text) => text.Any(char.IsControl);

    private static bool IsVariable(EnvPayload? variable) =>
        variable is { Env: { Length: > 0 } name, Value: { } value }
        && !name.Contains('=') && !name.Contains('\0') && !value.Contains('\0')
        && Encoding.UTF8.GetByteCount(name) + 1 + Encoding.UTF8.GetByteCount(value) <= ProcessLimits.Text;

    private static bool IsAccount(string? name) => name is null || (name.Length <= 256 && !name.Contains(':') && !HasControl(name));
}
