using System.Collections.Immutable;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Dialects;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Pods;

namespace Rx.Vm.Effects;

/// <summary>
/// A pod that was asked for: what the fold need not know. Validated and its images resolved before the request enters the inbox, so that
/// nothing but the machine can make it fail later.
/// </summary>
internal sealed class PodPlan(string podId, PodSpec spec, ImmutableArray<ContainerDisk> disks, bool inline)
{
    private Pod? _handle;

    /// <summary>The pod's id.</summary>
    public string PodId { get; } = podId;

    /// <summary>The pod as asked for.</summary>
    public PodSpec Spec { get; } = spec;

    /// <summary>One disk a container, in order.</summary>
    public ImmutableArray<ContainerDisk> Disks { get; } = disks;

    /// <summary>Completed once, when the pod has ended whichever way.</summary>
    public OneShot<PodResult> Ended { get; } = new(inline);

    /// <summary>The containers' streams; opened just before STARTPOD is sent, so that no output is missed.</summary>
    public ImmutableArray<ProcessStreams> Streams { get; private set; } = [];

    /// <summary>The name of container <paramref name="index"/>.</summary>
    public string NameOf(int index) => Spec.Containers[index].NameAt(index);

    /// <summary>Whether container <paramref name="index"/> has a terminal.</summary>
    public bool HasTerminal(int index) => Spec.Containers[index].Tty ?? Spec.Tty;

    /// <summary>Opens the streams and writes STARTPOD in the words of <paramref name="dialect"/>.</summary>
    /// <returns>The commands, or what the guest lacks.</returns>
    public (ImmutableArray<GuestCommand> Commands, string? Lacking) Prepare(GuestDialect dialect, TtyMux tty) =>
        Prepare(dialect, tty, index => Disks[index].Serial);

    /// <summary>The same, with the serial of each container's disk.</summary>
    public (ImmutableArray<GuestCommand> Commands, string? Lacking) Prepare(GuestDialect dialect, TtyMux tty, Func<int, string> serial)
    {
        Streams = [.. Spec.Containers.Select((c, i) => ProcessStreams.Open(tty, dialect, HasTerminal(i), isExec: false, c.Output, c.Error))];
        var payload = new PodPayload
        {
            Hostname = Hostname(),
            Containers = [.. Spec.Containers.Select((container, index) => Describe(container, index, serial(index)))],
        };
        return dialect.Refuses(payload) is { } lacking
            ? ([], lacking)
            : (dialect.StartPod(payload), null);
    }

    /// <summary>What users see of it; there once the streams are open.</summary>
    public Pod Handle => LazyInitializer.EnsureInitialized(ref _handle, () => new Pod(this));

    /// <summary>Its processes have to end: they wait for nobody who is not there.</summary>
    public void LetGo()
    {
        foreach (var streams in Streams)
        {
            streams.LetGo();
        }
    }

    /// <summary>Lets input through: the guest knows the sessions now.</summary>
    public void StartInput()
    {
        foreach (var streams in Streams)
        {
            streams.StartInput();
        }
    }

    private string Hostname()
    {
        var name = Spec.Hostname ?? new string([.. PodId.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Trim('-');
        return name.Length <= 63 ? name : name[..63].TrimEnd('-');
    }

    private ContainerPayload Describe(ContainerSpec container, int index, string serial)
    {
        var terminal = HasTerminal(index);
        return new ContainerPayload
        {
            Id = NameOf(index),
            FsType = Disks[index].Root.FsType,
            Serial = serial,
            Overlay = container.ReadOnly ? null : true,
            Tty = Streams[index].MainSession,
            Stderr = Streams[index].ErrorSession,
            Window = Streams[index].MainWindow,
            StderrWindow = Streams[index].ErrorWindow,
            Ends = Streams[index].TellsEnd ? true : null,
            Terminal = terminal ? null : false,
            Workdir = container.Workdir,
            Cmd = [.. container.Arguments],
            Envs = [.. container.Envs.Select(e => new EnvPayload(e.Env, e.Value))],
            User = container.User?.Name,
            Group = container.User?.Group,
            AdditionalGroups = container.User is { AdditionalGroups.IsDefaultOrEmpty: false } user ? [.. user.AdditionalGroups] : null,
        };
    }
}
