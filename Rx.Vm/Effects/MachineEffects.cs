using System.Reactive.Linq;
using Rx.Qmp;
using Rx.Qmp.Isolation;
using Rx.Vm.Guest;
using Rx.Vm.Lifecycle;
using Rx.Vm.Qemu;
using Rx.Vm.Reactive;
using Rx.Vm.Sources;
using Serilog;

namespace Rx.Vm.Effects;

/// <summary>Effects on the machine as a whole: launch with all its channels, quit, kill, release.</summary>
internal sealed class MachineEffects(
    IMachineDriver driver, Func<MachineSpec> specify, StartQueue queue, MachineConnection connection, VmSchedulers schedulers, bool inline,
    VmTimeouts timeouts, bool ordinary, Action<VmEvent> post, ILogger log)
{
    private const int Killed = 9;

    private readonly CancellationTokenSource _launch = new();
    private MachineSpec? _spec;
    private StartQueue.Turn? _turn;
    private readonly Lock _gate = new();
    private bool _killed;
    private bool _released;
    private Task _ttyEnded = Task.CompletedTask;
    private volatile bool _ready;

    /// <summary>Starts the process and connects the channels.</summary>
    public void Launch() => _ = LaunchAsync();

    /// <summary>Tells QEMU to quit. That the monitor ends before it answers is the normal case; the exit is what counts.</summary>
    public void Quit() => _ = QuitAsync();

    /// <summary>Kills the process, or gives up its start.</summary>
    public void Kill()
    {
        HandedOutMachine? machine;
        lock (_gate)
        {
            _killed = true;
            machine = connection.Machine;
        }

        machine?.Kill(KillFailed);

        // A driver may have hung something on the token.
        Foreign.Start(inline, _launch.TryCancel, static _ => { });
    }

    /// <summary>Closes the channels and removes what the machine held on the host.</summary>
    public void Release(VmState state)
    {
        if (!_ready && ordinary && connection.Machine is { } machine
            && (state.Reason is VmReason.BootTimedOut or VmReason.QmpFailed or VmReason.GuestShutdown
                || state.Reason == VmReason.ProcessDied && !WasKilled(machine)))
        {
            machine.TellBootFailed(driver, _spec!, state.Message ?? state.Reason.ToString(), TellFailed);
        }

        lock (_gate)
        {
            _released = true;
        }

        _ = ReleaseAsync();
    }

    /// <summary>
    /// Follows the fold to its end: behind the terminal state nothing may be left waiting for a process that was given up, neither
    /// the readers of its streams nor the release itself.
    /// </summary>
    public void Follow(VmStep step)
    {
        if (step.Fold.State.Phase > VmPhase.Booting)
        {
            // Booted or not: another machine may boot now.
            Interlocked.Exchange(ref _turn, null)?.Dispose();
        }

        if (step is { Published: true, Fold.State.IsTerminal: true })
        {
            connection.Tty?.Dispose();
        }
    }

    private async Task LaunchAsync()
    {
        try
        {
            // What follows looks at disks, makes sockets and starts a process: not on the thread of whoever asked.
            await Foreign.EnterAsync(inline).ConfigureAwait(false);
            await TurnAsync().ConfigureAwait(false);

            // Not before: what the first pod asks for settles the size.
            _spec = specify();
            var started = await driver.StartAsync(_spec, _launch.Token).ConfigureAwait(false);
            var machine = HandedOutMachine.Take(started, _spec.Id, inline);
            bool killed;
            bool released;
            lock (_gate)
            {
                released = _released;
                connection.Machine = released ? null : machine;
                killed = _killed;
            }

            if (released)
            {
                // The start was given up and has come about all the same: nobody else will see to this process.
                await machine.DisposeAsync().ConfigureAwait(false);
                return;
            }

            if (killed)
            {
                machine.Kill(KillFailed);
            }

            Connect(machine);
        }
        catch (OperationCanceledException) when (_launch.IsCancellationRequested)
        {
            post(new VmEvent(VmEventKind.ProcessStartFailed) { Text = "the start was given up" });
        }
        catch (Exception e)
        {
            connection.StartFault = e;
            post(new VmEvent(VmEventKind.ProcessStartFailed) { Text = SafeText.Of(e) });
        }
    }

    // Held until the machine has booted or failed to; a kill gives it up.
    private async Task TurnAsync()
    {
        var turn = queue.Join();
        using var given = _launch.Token.UnsafeRegister(static turn => ((IDisposable)turn!).Dispose(), turn);
        Volatile.Write(ref _turn, turn);
        if (turn.Came.IsCompleted)
        {
            await turn.Came.ConfigureAwait(false);
            return;
        }

        post(new VmEvent(VmEventKind.StartQueued));
        await turn.Came.ConfigureAwait(false);
        post(new VmEvent(VmEventKind.StartAdmitted));
    }

    private void KillFailed(Exception fault) => log.Warning(fault, "The machine could not be killed");

    // Everything is subscribed before anything can speak, and the process is known to the fold before its channels are.
    private void Connect(HandedOutMachine machine)
    {
        post(new VmEvent(VmEventKind.ProcessStarted) { Text = machine.Description });
        _ = WatchAsync(machine);
        connection.Console = new ConsoleLog(machine.Console, onLine: new ConsoleTrace(schedulers.Time, log).Write);
        connection.Console.Start();
        connection.Tty = new TtyMux(
            machine.Tty, new TtyMuxOptions { IsInline = inline, Grant = (session, bytes) => connection.Control?.Grant(session, bytes) }, log);
        connection.Tty.Start();
        _ttyEnded = WatchTtyAsync(connection.Tty);
        connection.Control = new GuestControl(machine.Control, System.Reactive.Observer.Create<GuestMessage>(OnGuest), logger: log);
        connection.Control.Start();
        _ = ConnectQmpAsync(machine);
    }

    // By the host's memory manager, for one; a kill of ours comes after the reason was found.
    private static bool WasKilled(HandedOutMachine machine) =>
        machine.Exited is { IsCompletedSuccessfully: true, Result: { Kind: MachineExitKind.Signalled, Signal: Killed } };

    // Of no consequence for this machine, whatever the driver makes of it.
    private void TellFailed(Exception fault) => log.Warning(fault, "The driver failed at what it was told");

    private void OnGuest(GuestMessage message)
    {
        if (message is GuestReady ready)
        {
            _ready = true;
            connection.Features = ready.Features;
            connection.Machine!.TellBooted(driver, _spec!, TellFailed);
        }

        if (GuestSource.ToEvent(message) is not { } e)
        {
            return;
        }

        if (e.Kind is VmEventKind.PodFinished or VmEventKind.PodStopAcked)
        {
            _ = PodEndSource.PostBehindAsync(e, connection.PodStreams, schedulers.Time, post);
        }
        else
        {
            post(e);
        }
    }

    private async Task WatchAsync(HandedOutMachine machine)
    {
        var exit = await machine.Exited.ConfigureAwait(false);
        post(ProcessSource.ToEvent(exit));
    }

    private async Task WatchTtyAsync(TtyMux tty)
    {
        var lost = await tty.Completion.ConfigureAwait(false);
        post(new VmEvent(VmEventKind.GuestDisconnected) { Text = lost.Reason });
    }

    private async Task ConnectQmpAsync(HandedOutMachine machine)
    {
        var qmp = new QmpClient(new QmpClientOptions
        {
            Scheduler = schedulers.Time,
            InlineContinuations = true,
            Logger = log,

            // Nothing the runtime sends may overtake anything, and every byte of the handshake is boot time.
            OutOfBand = false,

            // The fold has a deadline for the greeting; the client's own must not race with it, nor be shorter than its longest.
            ConnectTimeout = timeouts.QmpGreeting.Times(2 + Deadline.MaxExtensions),

            // No reply that is used here comes near it, and what a machine can make its host hold is bounded.
            MaxFrameBytes = MachineBuffers.MonitorFrame,
        });
        connection.Qmp = qmp;
        QmpSource.ToEvents(qmp.Events).Subscribe(post, LoseQmp);
        QmpSource.ToEvents(qmp.ConnectionStates).Subscribe(post, LoseQmp);
        try
        {
            await qmp.ConnectAsync(machine.Qmp).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            log.Debug("The monitor did not come up: {Cause}", SafeText.Of(e));
        }
    }

    private void LoseQmp(Exception fault) => post(new VmEvent(VmEventKind.QmpDisconnected) { Text = SafeText.Of(fault) });

    private async Task QuitAsync()
    {
        try
        {
            if (connection.Qmp is { } qmp)
            {
                await qmp.QuitAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            log.Debug("quit was not answered: {Cause}", SafeText.Of(e));
        }
    }

    private async Task ReleaseAsync()
    {
        try
        {
            await Foreign.EnterAsync(inline).ConfigureAwait(false);
            if (connection.Tty is { } tty)
            {
                // What the guest wrote last may still be in the socket.
                // Not its own task: of several who await one task all but one continue on another thread.
                await _ttyEnded.ConfigureAwait(false);
                tty.Dispose();
            }

            connection.Control?.Dispose();
            connection.Console?.Dispose();
            if (connection.Qmp is { } qmp)
            {
                await qmp.DisposeAsync().ConfigureAwait(false);
            }

            if (connection.Machine is { } machine)
            {
                await machine.DisposeAsync().ConfigureAwait(false);
            }

            post(new VmEvent(VmEventKind.ResourcesReleased));
        }
        catch (Exception e)
        {
            log.Warning(e, "Something of the machine could not be released");
            post(new VmEvent(VmEventKind.ResourcesLost) { Text = SafeText.Of(e) });
        }
    }
}
