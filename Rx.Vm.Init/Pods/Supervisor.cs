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
/// Takes commands, and after every turn of the loop looks what can go on: running commands, the next ones, the end of the pod.
/// </summary>
/// <remarks>
/// Commands without an id run one at a time, so that answers come in their order, and so do STARTPOD and STOPPOD. Requests with an id run
/// beside them and beside each other, and PING is answered when it is read.
/// </remarks>
internal sealed partial class Supervisor : ICommandSink
{
    /// <summary>More than a host has unanswered, so that what it says next is always heard.</summary>
    private const int MaxQueued = 256;

    /// <summary>Most requests that run beside others: each may be a process that is set up.</summary>
    private const int MaxBeside = 64;

    private readonly Queue<Command> _queue = new();
    private readonly Queue<Command> _requests = new();
    private readonly List<Running> _beside = [];
    private GuestServices _services = null!;
    private ControlChannel _control = null!;
    private Running? _running;
    private Pod? _pod;
    private PodDrain? _drain;
    private bool _goingDown;

    /// <inheritdoc/>
    public bool Full => _queue.Count + _requests.Count >= MaxQueued;

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
        var id = 0UL;
        if (code == GuestCode.Request)
        {
            if (!NumberedFrame.TryRead(payload, out id, out code))
            {
                _control.Outbox.AddError($"a request of {payload.Length} bytes without an id");
                return;
            }

            payload = payload[NumberedFrame.HeaderSize..];
        }

        Accept(new(code, payload, connection, id));
    }

    private void Accept(Command command)
    {
        if (command.Code == GuestCode.Window)
        {
            // Not a command: it waits for none and is not answered. The process may have ended while it was on its way.
            if (ControlFrame.TryReadWindow(command.Payload, out var session, out var bytes))
            {
                _services.Table.Find(session)?.Widen(session, bytes);
            }
        }
        else if (command.Code == GuestCode.DestroyPod && !_goingDown)
        {
            // Overtakes everything: a machine whose pod hangs must still be able to end.
            _goingDown = true;
            var pod = _pod ?? (_running?.Step as PodStarter)?.Pod;
            _queue.Clear();
            _requests.Clear();
            _beside.Clear();
            _running = new(new PowerOff(_services, _control, pod), command);
        }
        else if (command is { Code: GuestCode.Ping, Id: not 0 })
        {
            Answer(command, CommandOutcome.Success);
        }
        else if (!_goingDown)
        {
            var isApart = command.Id != 0 && command.Code is not (GuestCode.StartPod or GuestCode.StopPod);
            (isApart ? _requests : _queue).Enqueue(command);
        }
    }

    /// <summary>Goes on as far as possible.</summary>
    public void Advance()
    {
        _services.Table.Advance();
        var wasFull = Full;
        foreach (var running in _beside.ToArray())
        {
            Finish(running);
        }

        while (_beside.Count < MaxBeside && _requests.TryDequeue(out var request))
        {
            if (Begin(request) is { } running)
            {
                _beside.Add(running);
                Finish(running);
            }
        }

        while (Finish() && _queue.TryDequeue(out var command))
        {
            _running = Begin(command);
        }

        ReportEnd();
        if (wasFull != Full || !_control.Flushed)
        {
            _control.Pump();
        }
    }

    /// <summary>Whether no command is running any more that others wait for.</summary>
    private bool Finish()
    {
        if (_running is { } running)
        {
            Finish(running);
        }

        return _running is null;
    }

    /// <summary>Goes on with a command; when it has finished it is answered and no longer running.</summary>
    private void Finish(Running running)
    {
        CommandOutcome? outcome;
        try
        {
            outcome = running.Step.Step();
        }
        catch (Exception e) when (running.Step is not PowerOff)
        {
            outcome = new(Explain(e));
        }

        if (outcome is null)
        {
            return;
        }

        _beside.Remove(running);
        _running = running == _running ? null : _running;
        if (running.Step is PodStarter starter)
        {
            SetPod(starter.Pod);
        }
        else if (running.Step is PodStopper)
        {
            SetPod(null);
        }

        Answer(running.Command, outcome);
    }

    /// <summary>Begins a command; null: it was answered.</summary>
    private Running? Begin(Command command)
    {
        try
        {
            var (step, outcome) = Handle(command.Code, command.Payload);
            if (step is not null)
            {
                return new(step, command);
            }

            Answer(command, outcome!);
        }
        catch (Exception e)
        {
            // Whatever it is, the command must be answered: without ids later answers would be taken for this one's.
            Answer(command, new(Explain(e)));
        }

        return null;
    }

    /// <summary>A lone surrogate surfaces as InvalidOperationException, not as JsonException.</summary>
    private static string Explain(Exception e) => e switch
    {
        JsonException { Path: { } path } => $"the payload is not the documented JSON (at {path})",
        JsonException or InvalidOperationException or NotSupportedException => "the payload is not the documented JSON",
        SystemCallException => e.Message,
        _ => $"init failed: {e.GetType().Name} {e.Message}",
    };

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

    private void Answer(Command command, CommandOutcome outcome)
    {
        if (command.Connection == _control.Connection)
        {
            if (command.Id != 0)
            {
                _control.Outbox.AddAnswer(command.Id, outcome.Error, outcome.ExitCodes);
            }
            else if (outcome.Error is { } text)
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

    /// <summary>A command as it came; id 0: without one.</summary>
    private readonly record struct Command(GuestCode Code, byte[] Payload, int Connection, ulong Id);

    /// <summary>A command that takes more than one turn.</summary>
    private sealed class Running(ICommandStep step, Command command)
    {
        public ICommandStep Step => step;

        public Command Command => command;
    }
}
