using System.Reactive.Linq;
using Rx.Qmp;
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
    VmTimeouts timeouts, bool ordinary, Action<VmEvent> post, ILogger log) : IDisposable
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
        IMachine? machine;
        lock (_gate)
        {
            _killed = true;
            machine = connection.Machine;
        }

        _launch.Cancel();
        machine?.Kill();
    }

    /// <summary>Closes the channels and removes what the machine held on the host.</summary>
    public void Release(VmState state)
    {
        if (!_ready && ordinary && connection.Machine is { } machine
            && (state.Reason is VmReason.BootTimedOut or VmReason.QmpFailed or VmReason.GuestShutdown
                || state.Reason == VmReason.ProcessDied && !WasKilled(machine)))
        {
            Tell(() => driver.BootFailed(_spec!, machine, state.Message ?? state.Reason.ToString()));
        }

        lock (_gate)
        {
            _released = true;
        }

        _ = ReleaseAsync();
    }

    /// <summary>
    /// Follows the fold to its end: behind the terminal state nothing may be left waiting for a process that was given up (F34), neither
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

    /// <inheritdoc/>
    public void Dispose() => _launch.Dispose();

    private async Task LaunchAsync()
    {
        try
        {
            // What follows looks at disks, makes sockets and starts a process: not on the thread of whoever asked.
            await Hop.AwayAsync(inline).ConfigureAwait(false);
            await TurnAsync().ConfigureAwait(false);
            _spec = specify();
            var machine = await driver.StartAsync(_spec, _launch.Token).ConfigureAwait(false);
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
                machine.Kill();
            }

            Connect(machine);
        }
        catch (OperationCanceledException)
        {
            post(new VmEvent(VmEventKind.ProcessStartFailed) { Text = "the start was given up" });
        }
        catch (Exception e)
        {
            connection.StartFault = e;
            post(new VmEvent(VmEventKind.ProcessStartFailed) { Text = e.Message });
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

    // Everything is subscribed before anything can speak (H31), and the process is known to the fold before its channels are.
    private void Connect(IMachine machine)
    {
        post(new VmEvent(VmEventKind.ProcessStarted) { Text = machine.Description });
        _ = WatchAsync(machine);
        connection.Console = new ConsoleLog(machine.Console, onLine: new ConsoleTrace(schedulers.Time, log).Write);
        connection.Console.Start();
        connection.Tty = new TtyMux(machine.Tty, new TtyMuxOptions { IsInline = inline }, log);
        connection.Tty.Start();
        _ttyEnded = WatchTtyAsync(connection.Tty);
        connection.Control = new GuestControl(machine.Control, System.Reactive.Observer.Create<GuestMessage>(OnGuest), logger: log);
        connection.Control.Start();
        _ = ConnectQmpAsync(machine);
    }

    // By the host's memory manager, for one; a kill of ours comes after the reason was found.
    private static bool WasKilled(IMachine machine) =>
        machine.Exited is { IsCompletedSuccessfully: true, Result: { Kind: MachineExitKind.Signalled, Signal: Killed } };

    // Of no consequence for this machine, whatever the driver makes of it.
    private void Tell(Action driven)
    {
        try
        {
            driven();
        }
        catch (Exception e)
        {
            log.Warning(e, "The driver failed at what it was told");
        }
    }

    private void OnGuest(GuestMessage message)
    {
        if (message is GuestReady ready)
        {
            _ready = true;
            connection.Features = ready.Features;
            Tell(() => driver.Booted(_spec!, connection.Machine!));
        }

        if (GuestSource.ToEvent(message) is not { } e)
        {
            return;
        }

        if (e.Kind is VmEventKind.PodFinished or VmEventKind.PodStopAcked && connection.Tty is { } tty)
        {
            _ = PodEndSource.PostBehindAsync(e, connection.PodStreams, tty, schedulers.Time, post);
        }
        else
        {
            post(e);
        }
    }

    private async Task WatchAsync(IMachine machine)
    {
        var exit = await machine.Exited.ConfigureAwait(false);
        post(ProcessSource.ToEvent(exit));
    }

    private async Task WatchTtyAsync(TtyMux tty)
    {
        var lost = await tty.Completion.ConfigureAwait(false);
        post(new VmEvent(VmEventKind.GuestDisconnected) { Text = lost.Reason });
    }

    private async Task ConnectQmpAsync(IMachine machine)
    {
        var qmp = new QmpClient(new QmpClientOptions
        {
            Scheduler = schedulers.Time,
            InlineContinuations = true,
            Logger = log,

            // Nothing the runtime sends may overtake anything, and every byte of the handshake is boot time.
            OutOfBand = false,

            // The fold has a deadline for the greeting; the client's own must not race with it, nor be shorter than its longest.
            ConnectTimeout = (2 + Deadline.MaxExtensions) * timeouts.QmpGreeting,

            // No reply that is used here comes near it, and what a machine can make its host hold is bounded.
            MaxFrameBytes = MachineBuffers.MonitorFrame,
        });
        connection.Qmp = qmp;
        QmpSource.ToEvents(qmp.Events).Subscribe(post);
        QmpSource.ToEvents(qmp.ConnectionStates).Subscribe(post);
        try
        {
            await qmp.ConnectAsync(machine.Qmp).ConfigureAwait(false);
        }
        catch (Exception e) when (e is QmpException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            log.Debug("The monitor did not come up: {Cause}", e.Message);
        }
    }

    private async Task QuitAsync()
    {
        try
        {
            if (connection.Qmp is { } qmp)
            {
                await qmp.QuitAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is QmpException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            log.Debug("quit was not answered: {Cause}", e.Message);
        }
    }

    private async Task ReleaseAsync()
    {
        try
        {
            if (connection.Tty is { } tty)
            {
                // What the guest wrote last may still be in the socket; nobody who reads slowly may keep the machine from going.
                // Not its own task: of several who await one task all but one continue on another thread.
                tty.Release();
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
            post(new VmEvent(VmEventKind.ResourcesLost) { Text = e.Message });
        }
    }
}
