using System.Reactive.Disposables;
using System.Reactive.Subjects;
using Rx.Qmp.Isolation;
using Rx.Vm.Lifecycle;
using Rx.Vm.Qemu;
using Rx.Vm.Reactive;
using Rx.Vm.Sources;
using Serilog;

namespace Rx.Vm.Effects;

/// <summary>Effects on the machine as a whole: launch, quit, kill, release. A launch that comes about hands out the session of its process.</summary>
internal sealed class MachineEffects(
    IMachineDriver driver, Func<MachineSpec> specify, StartQueue queue, VmSchedulers schedulers, bool inline,
    VmTimeouts timeouts, bool ordinary, ILogger log)
{
    private const int Killed = 9;

    private readonly CancellationTokenSource _launch = new();
    private readonly Subject<MachineSession> _sessions = new();
    private readonly Lock _gate = new();
    private MachineSpec? _spec;
    private StartQueue.Turn? _turn;
    private MachineSession? _session;
    private bool _killed;
    private bool _released;
    private bool _ready;

    /// <summary>The session of each process, from the moment it may speak: to be listened to at once.</summary>
    public IObservable<MachineSession> Sessions => _sessions;

    /// <summary>The session of the process, dead or alive; null when there was none yet.</summary>
    public MachineSession? Session => Volatile.Read(ref _session);

    /// <summary>Why the process could not be started, in the words and the type of whoever refused.</summary>
    public Exception? StartFault { get; private set; }

    /// <summary>Starts the process once subscribed to. Emits its time in the queue and that it failed; a process speaks for itself.</summary>
    public IObservable<VmEvent> Launch() => Cold.Of<VmEvent>(observer =>
    {
        _ = LaunchAsync(observer);
        return Disposable.Empty;
    });

    /// <summary>Tells QEMU to quit. That the monitor ends before it answers is the normal case; the exit is what counts.</summary>
    public void Quit() => _ = QuitAsync();

    /// <summary>Kills the process, or gives up its start.</summary>
    public void Kill()
    {
        MachineSession? session;
        lock (_gate)
        {
            _killed = true;
            session = _session;
        }

        session?.Machine.Kill(KillFailed);

        // A driver may have hung something on the token.
        Foreign.Start(inline, _launch.TryCancel, static _ => { });
    }

    /// <summary>Closes the channels and removes what the machine held on the host.</summary>
    /// <returns>What became of it; never fails.</returns>
    public Task<VmEvent> Release(VmState state)
    {
        if (!_ready && ordinary && Session is { Machine: var machine }
            && (state.Reason is VmReason.BootTimedOut or VmReason.QmpFailed or VmReason.GuestShutdown
                || state.Reason == VmReason.ProcessDied && !WasKilled(machine)))
        {
            machine.TellBootFailed(driver, _spec!, state.Message ?? state.Reason.ToString(), TellFailed);
        }

        lock (_gate)
        {
            _released = true;
        }

        return ReleaseAsync();
    }

    /// <summary>
    /// Follows the fold: a guest that is ready has booted, and a machine that boots no more gives its turn to another. Behind the terminal
    /// state nothing may be left waiting for a process that was given up, neither the readers of its streams nor the release itself.
    /// </summary>
    public void Follow(VmStep step)
    {
        if (step.Event?.Kind == VmEventKind.GuestReady && Session is { Machine: var machine })
        {
            _ready = true;
            machine.TellBooted(driver, _spec!, TellFailed);
        }

        if (step.Fold.State.Phase > VmPhase.Booting)
        {
            Interlocked.Exchange(ref _turn, null)?.Dispose();
        }

        if (step.IsLast)
        {
            Session?.Tty.Dispose();
        }
    }

    private async Task LaunchAsync(IObserver<VmEvent> observer)
    {
        try
        {
            // What follows looks at disks, makes sockets and starts a process: not on the thread of whoever asked.
            await Foreign.EnterAsync(inline).ConfigureAwait(false);
            await TurnAsync(observer).ConfigureAwait(false);

            // Not before: what the first pod asks for settles the size.
            _spec = specify();
            var started = await driver.StartAsync(_spec, _launch.Token).ConfigureAwait(false);
            var session = new MachineSession(HandedOutMachine.Take(started, _spec.Id, inline), schedulers, inline, timeouts, log);
            bool killed;
            bool released;
            lock (_gate)
            {
                released = _released;
                _session = released ? null : session;
                killed = _killed;
            }

            if (released)
            {
                // The start was given up and has come about all the same: nobody else will see to this process.
                await session.DisposeAsync().ConfigureAwait(false);
                return;
            }

            if (killed)
            {
                session.Machine.Kill(KillFailed);
            }

            _sessions.OnNext(session);
        }
        catch (OperationCanceledException) when (_launch.IsCancellationRequested)
        {
            observer.OnNext(new VmEvent(VmEventKind.ProcessStartFailed) { Text = "the start was given up" });
        }
        catch (Exception e)
        {
            StartFault = e;
            observer.OnNext(new VmEvent(VmEventKind.ProcessStartFailed) { Text = SafeText.Of(e) });
        }
    }

    // Held until the machine has booted or failed to; a kill gives it up.
    private async Task TurnAsync(IObserver<VmEvent> observer)
    {
        var turn = queue.Join();
        using var given = _launch.Token.UnsafeRegister(static turn => ((IDisposable)turn!).Dispose(), turn);
        Volatile.Write(ref _turn, turn);
        if (turn.Came.IsCompleted)
        {
            await turn.Came.ConfigureAwait(false);
            return;
        }

        observer.OnNext(new VmEvent(VmEventKind.StartQueued));
        await turn.Came.ConfigureAwait(false);
        observer.OnNext(new VmEvent(VmEventKind.StartAdmitted));
    }

    private void KillFailed(Exception fault) => log.Warning(fault, "The machine could not be killed");

    // By the host's memory manager, for one; a kill of ours comes after the reason was found.
    private static bool WasKilled(HandedOutMachine machine) =>
        machine.Exited is { IsCompletedSuccessfully: true, Result: { Kind: MachineExitKind.Signalled, Signal: Killed } };

    // Of no consequence for this machine, whatever the driver makes of it.
    private void TellFailed(Exception fault) => log.Warning(fault, "The driver failed at what it was told");

    private async Task QuitAsync()
    {
        try
        {
            if (Session is { } session)
            {
                await session.Qmp.QuitAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            log.Debug("quit was not answered: {Cause}", SafeText.Of(e));
        }
    }

    private async Task<VmEvent> ReleaseAsync()
    {
        try
        {
            await Foreign.EnterAsync(inline).ConfigureAwait(false);
            if (Session is { } session)
            {
                await session.DisposeAsync().ConfigureAwait(false);
            }

            return new VmEvent(VmEventKind.ResourcesReleased);
        }
        catch (Exception e)
        {
            log.Warning(e, "Something of the machine could not be released");
            return new VmEvent(VmEventKind.ResourcesLost) { Text = SafeText.Of(e) };
        }
    }
}
