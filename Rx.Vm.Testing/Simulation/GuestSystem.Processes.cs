using System.Collections.Immutable;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Testing.Simulation;

// How processes are made.
internal sealed partial class GuestSystem
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>The program behind a command's name, or null.</summary>
    public SimulatedProgram? ProgramOf(string name) =>
        machine.Settings.Programs.GetValueOrDefault(name[(name.LastIndexOf('/') + 1)..]);

    /// <summary>How a container's own process, or with <paramref name="exec"/> a further one, is called.</summary>
    public SimulatedCall CallOf(PodPayload pod, ContainerPayload container, ExecPayload? exec)
    {
        var terminal = (exec is null ? container.Terminal : exec.Terminal) ?? true;
        var (uid, gid) = Accounts.Find(exec?.User ?? container.User) ?? (0, 0);
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = DefaultPath, ["HOME"] = uid == 0 ? "/root" : "/", ["HOSTNAME"] = pod.Hostname,
        };
        if (terminal)
        {
            variables["TERM"] = "xterm";
        }

        foreach (var variable in container.Envs.Concat(exec?.Envs ?? []))
        {
            variables[variable.Env] = variable.Value;
        }

        var environment = variables.ToImmutableDictionary(StringComparer.Ordinal);
        return new SimulatedCall([.. exec?.Cmd ?? container.Cmd], environment, exec?.Workdir ?? container.Workdir)
        {
            UserId = uid, GroupId = Accounts.Find(exec is null ? container.Group : null)?.Uid ?? gid, Hostname = pod.Hostname,
            HasTerminal = terminal, Programs = machine.Settings.Programs,
        };
    }

    /// <summary>How much a process may send before the host allows more.</summary>
    public void Limit(ulong main, int? window, ulong? error, int? errorWindow)
    {
        terminals.Limit(main, window);
        if (error is { } session)
        {
            terminals.Limit(session, errorWindow);
        }
    }

    /// <summary>A process that is not started yet.</summary>
    public GuestProcess NewProcess(SimulatedCall call, GuestProcess.Sessions sessions, Action<int> ended) =>
        new(this, terminals, ProgramOf(call.Arguments[0]) ?? NotFound, call, sessions, ended);

    private static IEnumerable<SimulatedStep> NotFound(SimulatedCall call)
    {
        yield return SimulatedStep.PrintError($"{call.Arguments[0]}: not found\n");
        yield return SimulatedStep.Exit(127);
    }
}
