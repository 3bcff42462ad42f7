using System.Collections.Immutable;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Dialects;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Pods;

namespace Rx.Vm.Effects;

/// <summary>A call into a running pod that was asked for: what the fold need not know.</summary>
internal abstract class CallPlan
{
    /// <summary>A feature that the guest must have, or none.</summary>
    public abstract GuestFeature Needs { get; }

    /// <summary>What the guest can't do of it, or null.</summary>
    public virtual string? Lacking(GuestDialect dialect) => dialect.Lacking(Needs);

    /// <summary>Writes the command; called once, when the call is sent.</summary>
    public abstract GuestCommand Prepare(GuestDialect dialect, TtyMux tty);

    /// <summary>The call was answered: done or not.</summary>
    public virtual void Answered(bool isDone)
    {
    }
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
        Timeout = options.TimeoutMilliseconds,
    };

    /// <inheritdoc/>
    public override GuestFeature Needs => (options.Tty ? 0 : GuestFeature.Pipes) | GuestPayloads.Needs(_template);

    private volatile bool _isForsaken;

    /// <summary>The new process's streams, once it was sent.</summary>
    public ProcessStreams? Streams { get; private set; }

    /// <summary>Nobody waits for the process any more, and so nobody can read what it writes.</summary>
    public void Forsake()
    {
        _isForsaken = true;

        // Either this sees the streams, or whoever opens them sees this.
        Interlocked.MemoryBarrier();
        Streams?.Discard();
    }

    /// <inheritdoc/>
    public override GuestCommand Prepare(GuestDialect dialect, TtyMux tty)
    {
        Streams = ProcessStreams.Open(tty, dialect, options.Tty, isExec: true, options.OutputPolicy, options.ErrorPolicy);
        Interlocked.MemoryBarrier();
        if (_isForsaken)
        {
            Streams.Discard();
        }

        var payload = _template with
        {
            Seq = Streams.MainSession,
            Stderr = Streams.ErrorSession,
            Window = Streams.MainWindow,
            StderrWindow = Streams.ErrorWindow,
            Ends = Streams.TellsEnd ? true : null,
            Terminal = options.Tty ? null : false,
        };
        return dialect.Exec(payload);
    }

    /// <inheritdoc/>
    public override void Answered(bool isDone)
    {
        if (isDone)
        {
            Streams!.StartInput();
        }
        else
        {
            // Refused, or its machine has gone: its sessions must not wait for an end that nobody will tell.
            Streams?.Forget();
        }
    }
}

/// <summary>KILLCONTAINER.</summary>
internal sealed class SignalPlan(string container, int signal) : CallPlan
{
    /// <inheritdoc/>
    public override GuestFeature Needs => GuestFeature.Signal;

    /// <inheritdoc/>
    public override GuestCommand Prepare(GuestDialect dialect, TtyMux tty) => dialect.Kill(container, signal);
}

/// <summary>SIGNALEXEC.</summary>
internal sealed class SignalExecPlan(ulong session, int signal) : CallPlan
{
    /// <inheritdoc/>
    public override GuestFeature Needs => GuestFeature.ExecSignal;

    /// <inheritdoc/>
    public override string? Lacking(GuestDialect dialect) => dialect.CanSignalExecs ? null : dialect.Lacking(Needs);

    /// <inheritdoc/>
    public override GuestCommand Prepare(GuestDialect dialect, TtyMux tty) => dialect.SignalExec(session, signal);
}

/// <summary>WINSIZE.</summary>
internal sealed class WindowSizePlan(ulong session, ushort rows, ushort columns) : CallPlan
{
    /// <inheritdoc/>
    public override GuestFeature Needs => GuestFeature.None;

    /// <inheritdoc/>
    public override GuestCommand Prepare(GuestDialect dialect, TtyMux tty) => dialect.WindowSize(session, rows, columns);
}
