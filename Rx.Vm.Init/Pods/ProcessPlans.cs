using Rx.Vm.Guest.Wire;
using Rx.Vm.Init.Processes;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Pods;

/// <summary>Turns what the host sent into what the set-up process needs.</summary>
internal static class ProcessPlans
{
    /// <summary>The plan of a container's first process.</summary>
    public static ProcessStart ForContainer(PodPayload pod, ContainerPayload container, string device)
    {
        var stderr = Session(container.Stderr);
        return new()
        {
            Name = $"container {container.Id}",
            Session = container.Tty,
            Stderr = stderr,
            Window = container.Window,
            StderrWindow = container.StderrWindow,
            TellsEnd = container.Ends ?? false,
            Plan = new()
            {
                Device = device,
                FsType = container.FsType ?? "",
                Rootfs = container.Rootfs,
                Overlay = container.Overlay ?? false,
                Terminal = container.Terminal ?? true,
                SeparateStderr = stderr is not null,
                Hostname = pod.Hostname,
                Workdir = OrRoot(container.Workdir),
                Command = container.Cmd,
                Variables = [.. Flatten(container.Envs)],
                User = container.User ?? "",
                Group = container.Group ?? "",
                AdditionalGroups = container.AdditionalGroups ?? [],
            },
        };
    }

    /// <summary>
    /// The plan of a command in a running container. What it doesn't say is as in the container; a user of its own brings its own
    /// groups, so those of the container's user don't apply then.
    /// </summary>
    public static ProcessStart ForExec(string hostname, ContainerPayload container, ExecPayload exec)
    {
        var stderr = Session(exec.Stderr);
        var sameUser = string.IsNullOrEmpty(exec.User);
        return new()
        {
            Name = $"exec in {container.Id}",
            Session = exec.Seq,
            Stderr = stderr,
            Window = exec.Window,
            StderrWindow = exec.StderrWindow,
            ExecIn = container.Tty,
            TellsEnd = exec.Ends ?? false,
            Timeout = exec.Timeout,
            Plan = new()
            {
                Joins = true,
                Terminal = exec.Terminal ?? true,
                SeparateStderr = stderr is not null,
                Hostname = hostname,
                Workdir = OrRoot(string.IsNullOrEmpty(exec.Workdir) ? container.Workdir : exec.Workdir),
                Command = exec.Cmd,
                Variables = [.. Flatten(container.Envs), .. Flatten(exec.Envs ?? [])],
                User = (sameUser ? container.User : exec.User) ?? "",
                Group = (sameUser ? container.Group : null) ?? "",
                AdditionalGroups = (sameUser ? container.AdditionalGroups : null) ?? [],
            },
        };
    }

    private static ulong? Session(ulong? session) => session is 0 ? null : session;

    private static string OrRoot(string path) => path.Length == 0 ? "/" : path;

    private static IEnumerable<string> Flatten(IEnumerable<EnvPayload> variables) => variables.SelectMany(v => new[] { v.Env, v.Value });
}
