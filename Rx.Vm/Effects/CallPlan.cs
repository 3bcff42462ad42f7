using System.Collections.Immutable;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Pods;

namespace Rx.Vm.Effects;

/// <summary>A call into a running pod that was asked for: what the fold need not know.</summary>
internal abstract class CallPlan
{
    /// <summary>The command's code.</summary>
    public abstract GuestCode Code { get; }

    /// <summary>A feature that the guest must have, or none.</summary>
    public abstract GuestFeature Needs { get; }

    /// <summary>Writes the payload; called once, when the call is sent.</summary>
    public abstract byte[] Prepare(GuestFeatures features, TtyMux tty);
}

/// <summary>EXECCMD.</summary>
internal sealed class ExecPlan(string container, ImmutableArray<string> command, ExecOptions options) : CallPlan
{
    private readonly ExecPayload _template = new()
    {
        Container = container,
        Cmd = [.. command],
        Envs = options.Envs.IsEmpty ? null : [.. options.Envs.Select(e => new EnvPayload(e.Env, e.Value))],
        Workdir = options.Workdir,
        User = options.User,
    };

    /// <inheritdoc/>
    public override GuestCode Code => GuestCode.ExecCmd;

    /// <inheritdoc/>
    public override GuestFeature Needs => (options.Tty ? 0 : GuestFeature.Pipes) | GuestPayloads.Needs(_template);

    /// <summary>The new process's streams, once it was sent.</summary>
    public ProcessStreams? Streams { get; private set; }

    /// <inheritdoc/>
    public override byte[] Prepare(GuestFeatures features, TtyMux tty)
    {
        Streams = ProcessStreams.Open(tty, features, options.Tty, isExec: true);
        var payload = _template with
        {
            Seq = Streams.MainSession,
            Stderr = Streams.ErrorSession,
            Terminal = options.Tty ? null : false,
        };
        return GuestPayloads.Exec(payload, features);
    }
}

/// <summary>KILLCONTAINER.</summary>
internal sealed class SignalPlan(string container, int signal) : CallPlan
{
    /// <inheritdoc/>
    public override GuestCode Code => GuestCode.KillContainer;

    /// <inheritdoc/>
    public override GuestFeature Needs => GuestFeature.Signal;

    /// <inheritdoc/>
    public override byte[] Prepare(GuestFeatures features, TtyMux tty) => GuestPayloads.Kill(container, signal);
}

/// <summary>WINSIZE.</summary>
internal sealed class WindowSizePlan(ulong session, ushort rows, ushort columns) : CallPlan
{
    /// <inheritdoc/>
    public override GuestCode Code => GuestCode.WinSize;

    /// <inheritdoc/>
    public override GuestFeature Needs => GuestFeature.None;

    /// <inheritdoc/>
    public override byte[] Prepare(GuestFeatures features, TtyMux tty) => GuestPayloads.WindowSize(session, rows, columns);
}
