using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Init.Boot;
using Rx.Vm.Init.Channels;
using Rx.Vm.Init.Native;
using Rx.Vm.Init.Processes;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Pods;

/// <summary>
/// Takes commands one at a time, so that answers come in the order of commands, and after every turn of the loop looks what can go on:
/// the running command, the next one, the end of the pod.
/// </summary>
internal sealed class Supervisor : ICommandSink
{
    private const int MaxQueued = 64;

    private readonly Queue<(GuestCode Code, byte[] Payload, int Connection)> _queue = new();
    private GuestServices _services = null!;
    private ControlChannel _control = null!;
    private ICommandStep? _running;
    private int _runningConnection;
    private Pod? _pod;
    private PodDrain? _drain;
    private bool _goingDown;

    /// <inheritdoc/>
    public bool Full => _queue.Count >= MaxQueued;

    /// <summary>Connects it; the channels need it before it can have them.</summary>
    public void Begin(GuestServices services, ControlChannel control)
    {
        (_services, _control) = (services, control);
        services.Table.Told = end =>
        {
            control.Outbox.Add(GuestCode.ProcessEnd, end.Encode());
            control.Flush();
        };
    }

    /// <inheritdoc/>
    public void Accept(GuestCode code, byte[] payload, int connection)
    {
        // Advance itself reads the port at its end; without another turn a command found there would wait for some other event.
        _services.Loop.Post(static () => { });
        if (code == GuestCode.Window)
        {
            // Not a command: it waits for none and is not answered. The process may have ended while it was on its way.
            if (ControlFrame.TryReadWindow(payload, out var session, out var bytes))
            {
                _services.Table.Find(session)?.Widen(session, bytes);
            }
        }
        else if (code == GuestCode.DestroyPod && !_goingDown)
        {
            // Overtakes everything: a machine whose pod hangs must still be able to end.
            _goingDown = true;
            var pod = _pod ?? (_running as PodStarter)?.Pod;
            _queue.Clear();
            _running = new PowerOff(_services, _control, pod);
        }
        else if (!_goingDown)
        {
            _queue.Enqueue((code, payload, connection));
        }
    }

    /// <summary>Goes on as far as possible.</summary>
    public void Advance()
    {
        _services.Table.Advance();
        var wasFull = Full;
        while (Finish() && _queue.TryDequeue(out var command))
        {
            _runningConnection = command.Connection;
            Begin(command.Code, command.Payload);
        }

        ReportEnd();
        if (wasFull != Full || !_control.Flushed)
        {
            _control.Pump();
        }
    }

    /// <summary>Whether no command is running any more.</summary>
    private bool Finish()
    {
        if (_running is null)
        {
            return true;
        }

        CommandOutcome? outcome;
        try
        {
            outcome = _running.Step();
        }
        catch (Exception e) when (_running is not PowerOff)
        {
            outcome = new(Explain(e));
        }

        if (outcome is null)
        {
            return false;
        }

        var finished = _running;
        _running = null;
        if (finished is PodStarter starter)
        {
            SetPod(starter.Pod);
        }
        else if (finished is PodStopper)
        {
            SetPod(null);
        }

        Answer(outcome);
        return true;
    }

    private void Begin(GuestCode code, byte[] payload)
    {
        try
        {
            if (Handle(code, payload) is { } outcome)
            {
                Answer(outcome);
            }
        }
        catch (Exception e)
        {
            // Whatever it is, the command must be answered: later answers would be taken for this one's.
            _running = null;
            Answer(new(Explain(e)));
        }
    }

    /// <summary>A lone surrogate surfaces as InvalidOperationException, not as JsonException.</summary>
    private static string Explain(Exception e) => e switch
    {
        JsonException { Path: { } path } => $"the payload is not the documented JSON (at {path})",
        JsonException or InvalidOperationException or NotSupportedException => "the payload is not the documented JSON",
        SystemCallException => e.Message,
        _ => $"init failed: {e.GetType().Name} {e.Message}",
    };

    private CommandOutcome? Handle(GuestCode code, byte[] payload) => code switch
    {
        GuestCode.StartPod => StartPod(Read(payload, WireJson.Default.PodPayload), payload),
        GuestCode.StopPod => StopPod(),
        GuestCode.ExecCmd => Exec(Read(payload, WireJson.Default.ExecPayload)),
        GuestCode.WinSize => Resize(Read(payload, WireJson.Default.WindowSizePayload)),
        GuestCode.KillContainer => Kill(Read(payload, WireJson.Default.KillPayload)),
        GuestCode.SignalExec => SignalExec(Read(payload, WireJson.Default.SignalExecPayload)),
        GuestCode.Ping => CommandOutcome.Success,
        GuestCode.Ready => Rescan(),
        _ => new($"command {(uint)code} is not supported"),
    };

    private static T Read<T>(byte[] payload, JsonTypeInfo<T> type)
        where T : class => JsonSerializer.Deserialize(payload, type) ?? throw new JsonException();

    private CommandOutcome? StartPod(PodPayload spec, ReadOnlySpan<byte> payload)
    {
        if (_pod is not null)
        {
            return new("a pod is running in this VM already");
        }

        if (PodRules.Judge(spec) is { } fault)
        {
            return new(fault);
        }

        FreshStart.Apply(payload);
        _running = new PodStarter(_services, spec);
        return null;
    }

    private CommandOutcome? StopPod()
    {
        if (_pod is null)
        {
            return CommandOutcome.Success;
        }

        _running = new PodStopper(_services, _pod);
        return null;
    }

    private CommandOutcome? Exec(ExecPayload exec)
    {
        if (ProcessRules.JudgeExec(exec) is { } fault)
        {
            return new($"exec: {fault}");
        }

        if (_pod?.Find(exec.Container) is not { Runs: true } container)
        {
            return new($"exec: no container '{exec.Container}' is running");
        }

        if (_services.Table.InUse(exec.Seq, exec.Stderr) is { } session)
        {
            return new($"exec: session {session} is in use");
        }

        _running = new ExecStarter(_services, _pod, container, exec);
        return null;
    }

    private CommandOutcome Resize(WindowSizePayload size)
    {
        // The process may have ended while the frame was on its way: nothing to complain about.
        _services.Table.Find(size.Seq)?.Resize(size.Row, size.Column);
        return CommandOutcome.Success;
    }

    private CommandOutcome Kill(KillPayload kill)
    {
        if (kill.Signal is < 1 or > 64)
        {
            return new($"kill: {kill.Signal} is not a signal");
        }

        if (_pod?.Find(kill.Container) is not { Runs: true } container)
        {
            return new($"kill: no container '{kill.Container}' is running");
        }

        container.Process.Signal(kill.Signal);
        return CommandOutcome.Success;
    }

    private CommandOutcome SignalExec(SignalExecPayload request)
    {
        if (request.Signal is < 1 or > 64)
        {
            return new($"signal: {request.Signal} is not a signal");
        }

        // The process may have ended while the frame was on its way, which is as good.
        if (_services.Table.Find(request.Seq) is { Start.ExecIn: not null } process)
        {
            if (request.Signal == Abi.SigKill)
            {
                process.Kill();
            }
            else
            {
                process.Signal(request.Signal);
            }
        }

        return CommandOutcome.Success;
    }

    /// <summary>READY as a command: look for devices again. With ACPI or PCIe hot-plug there is nothing to find, and no harm.</summary>
    private static CommandOutcome Rescan()
    {
        _ = Files.TryWrite("/sys/bus/pci/rescan", "1"u8);
        return CommandOutcome.Success;
    }

    /// <summary>FINISHPOD, when the pod ended by itself. While a STOPPOD waits its answer is the report.</summary>
    private void ReportEnd()
    {
        if (_running is null && _pod is not null && _drain is { Finished: true })
        {
            _control.Outbox.AddFinish(_pod.ExitCodes);
            SetPod(null);
        }
    }

    private void SetPod(Pod? pod)
    {
        if (pod is null)
        {
            _pod?.Dispose();
        }

        _pod = pod;
        _drain = pod is null ? null : new(_services, pod);
    }

    private void Answer(CommandOutcome outcome)
    {
        if (_runningConnection == _control.Connection)
        {
            if (outcome.Error is { } text)
            {
                _control.Outbox.AddError(text);
            }
            else
            {
                _control.Outbox.AddAck(outcome.ExitCodes);
            }
        }

        // The answer goes first: what a process prints should not reach the host before the news that it runs.
        _control.Flush();
        outcome.AfterAnswer?.Invoke();
    }
}
