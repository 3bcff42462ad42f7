using System.Collections.Immutable;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Pods;

namespace Rx.Vm.Guest.Dialects;

/// <summary>
/// How one kind of guest is spoken to: requests become its commands, what it says becomes messages that mean the same with every guest, and
/// what it can't do is told before anything is sent. Chosen once, by <see cref="GuestNegotiation"/>; one object a machine.
/// </summary>
/// <param name="name">What refusals call it.</param>
/// <param name="features">What it can do.</param>
internal abstract class GuestDialect(string name, GuestFeatures features)
{
    /// <summary>What refusals call it.</summary>
    public string Name => name;

    /// <summary>What the guest can do.</summary>
    public GuestFeatures Features => features;

    /// <summary>What of <paramref name="wanted"/> the guest can't do, in a sentence; null when it can do it all.</summary>
    public abstract string? Lacking(GuestFeature wanted);

    /// <summary>Why the guest can't run this pod, or null.</summary>
    public virtual string? Refuses(PodPayload pod) => Lacking(GuestPayloads.Needs(pod));

    /// <summary>The commands that start a pod; the last answer, or the first refusal, is the pod's.</summary>
    public virtual ImmutableArray<GuestCommand> StartPod(PodPayload pod) => [new(GuestCode.StartPod, GuestPayloads.StartPod(pod, Features))];

    /// <summary>The commands that stop a pod. None: it has ended already.</summary>
    /// <param name="token">What the answer must carry.</param>
    public virtual ImmutableArray<GuestCommand> StopPod(long token) => [new(GuestCode.StopPod)];

    /// <summary>A further process.</summary>
    public virtual GuestCommand Exec(ExecPayload exec) => new(GuestCode.ExecCmd, GuestPayloads.Exec(exec, Features));

    /// <summary>A signal to a container's first process.</summary>
    public virtual GuestCommand Kill(string container, int signal) => new(GuestCode.KillContainer, GuestPayloads.Kill(container, signal));

    /// <summary>Whether <see cref="SignalExec"/> is possible.</summary>
    public virtual bool CanSignalExecs => Features.Has(GuestFeature.ExecSignal);

    /// <summary>A signal to a further process.</summary>
    public virtual GuestCommand SignalExec(ulong session, int signal) => new(GuestCode.SignalExec, GuestPayloads.SignalExec(session, signal));

    /// <summary>The size of a terminal.</summary>
    public virtual GuestCommand WindowSize(ulong session, ushort rows, ushort columns) =>
        new(GuestCode.WinSize, GuestPayloads.WindowSize(session, rows, columns));

    /// <summary>
    /// What a message of the guest's means, in order: usually itself, nothing when it is an answer to something said aside. On the reader of the
    /// control channel, one at a time.
    /// </summary>
    public virtual ImmutableArray<GuestMessage> Hear(GuestMessage message) => message is GuestEvent ? [] : [message];

    /// <summary>How the guest treats a stream.</summary>
    /// <param name="output">What happens when nobody reads the output.</param>
    /// <param name="isExec">Whether this is the main stream of an exec, as opposed to a container's or a stderr.</param>
    /// <param name="isMain">Whether this is a main stream, as opposed to a stderr.</param>
    public virtual GuestStreamOptions Streams(OutputPolicy output, bool isExec = false, bool isMain = false) =>
        GuestStreamOptions.For(Features, output, isExec, isMain);

    /// <summary>
    /// A stderr has no end of its own: it ends with the process's main stream.
    /// </summary>
    public virtual bool ErrorEndsWithMain => false;
}
