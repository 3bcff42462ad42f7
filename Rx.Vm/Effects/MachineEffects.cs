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
    IMachineDriver driver, MachineSpec spec, MachineConnection connection, VmSchedulers schedulers, bool inline, VmTimeouts timeouts,
    Action<VmEvent> post, ILogger log) : IDisposable
{
    private readonly CancellationTokenSource _launch = new();
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
        if (!_ready && connection.Machine is { } machine
            && state.Reason is VmReason.BootTimedOut or VmReason.QmpFailed or VmReason.ProcessDied or VmReason.GuestShutdown)
        {
            driver.BootFailed(spec, machine, state.Message ?? state.Reason.ToString());
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
            var machine = await driver.StartAsync(spec, _launch.Token).ConfigureAwait(false);
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
            post(new VmEvent(VmEventKind.ProcessStartFailed) { Text = e.Message });
        }
    }

    // Everything is subscribed before anything can speak (H31), and the process is known to the fold before its channels are.
    private void Connect(IMachine machine)
    {
        post(new VmEvent(VmEventKind.ProcessStarted) { Text = machine.Description });
        _ = WatchAsync(machine);
        connection.Console = new ConsoleLog(machine.Console, onLine: line => log.Debug("console: {Line}", line));
        connection.Console.Start();
        connection.Tty = new TtyMux(machine.Tty, new TtyMuxOptions { IsInline = inline }, log);
        connection.Tty.Start();
        _ttyEnded = WatchTtyAsync(connection.Tty);
        connection.Control = new GuestControl(machine.Control, System.Reactive.Observer.Create<GuestMessage>(OnGuest), logger: log);
        connection.Control.Start();
        _ = ConnectQmpAsync(machine);
    }

    private void OnGuest(GuestMessage message)
    {
        if (message is GuestReady ready)
        {
            _ready = true;
            connection.Features = ready.Features;
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

            // The fold has a deadline for the greeting; the client's own must not race with it, nor be shorter.
            ConnectTimeout = 2 * timeouts.QmpGreeting,
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
