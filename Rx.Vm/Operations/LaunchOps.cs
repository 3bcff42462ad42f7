using Rx.Qmp.Isolation;
using Rx.Vm.Attendance;
using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;
using Rx.Vm.Machines;
using Rx.Vm.Qemu;
using Rx.Vm.Reactive;
using Serilog;

namespace Rx.Vm.Operations;

/// <summary>The process as a whole: it is launched, attended, killed, and what it held is given back. Owns the session of the process.</summary>
internal sealed class LaunchOps(
    IMachineDriver driver, Func<MachineSpec> specify, StartQueue queue, VmSchedulers schedulers, bool inline,
    VmTimeouts timeouts, bool ordinary, ILogger log)
{
    private const int KillSignal = 9;

    private readonly Lock _gate = new();
    private MachineSpec? _spec;
    private StartQueue.Turn? _turn;
    private ProcessSession? _session;
    private bool _closed;
    private volatile bool _ready;

    /// <summary>The session of the process, dead or alive; null when there was none yet.</summary>
    public ProcessSession? Session => Volatile.Read(ref _session);

    /// <summary>The same, for what is done only where there is a process.</summary>
    /// <exception cref="RxVmException">There is none.</exception>
    public ProcessSession Live => Session ?? throw new RxVmException("there is no process");

    /// <summary>Why the process could not be started, in the words and the type of whoever refused.</summary>
    public Exception? StartFault { get; private set; }

    /// <summary>Takes its kinds.</summary>
    public void Register(OpTable table)
    {
        table[OpKind.Launch] = LaunchAsync;
        table[OpKind.Attend] = AttendAsync;
        table[OpKind.Kill] = KillAsync;
        table[OpKind.ReleaseHost] = ReleaseAsync;
    }

    /// <summary>
    /// Follows the state: a machine that boots no more gives its turn to another. Behind the terminal state nothing may be left waiting for a
    /// process that was given up, and a start that comes about all the same is undone.
    /// </summary>
    public void Follow(in Step step)
    {
        if (step.State.Machine.Phase != MachinePhase.Booting)
        {
            Interlocked.Exchange(ref _turn, null)?.Dispose();
        }

        if (step.State.Machine.Guest && !_ready && Session is { Machine: var machine })
        {
            _ready = true;
            machine.TellBooted(driver, _spec!, TellFailed);
        }

        if (step.State.Machine.Phase == MachinePhase.Gone && step.Changed)
        {
            lock (_gate)
            {
                _closed = true;
            }

            Session?.Tty.Dispose();
        }
    }

    private async Task<OpEnd> LaunchAsync(OpWork work)
    {
        using var given = new CancellationTokenSource();

        // A driver may have hung something on the token.
        using var passing = work.Cancelled.UnsafeRegister(
            static (state, _) =>
            {
                var (given, inline) = ((CancellationTokenSource, bool))state!;
                Foreign.Start(inline, given.TryCancel, static _ => { });
            },
            (given, inline));
        try
        {
            // What follows looks at disks, makes sockets and starts a process: not on the thread of whoever asked.
            await Foreign.EnterAsync(inline).ConfigureAwait(false);
            await TurnAsync(work, given.Token).ConfigureAwait(false);

            // Not before: what the first pod asks for settles the size.
            _spec = specify();
            var machine = HandedOutMachine.Take(await driver.StartAsync(_spec, given.Token).ConfigureAwait(false), _spec.Id, inline);
            await TakeAsync(new ProcessSession(machine, schedulers, inline, timeouts, log)).ConfigureAwait(false);
            return OpEnd.With(new Payload.Words(machine.Description));
        }
        catch (OperationCanceledException) when (work.Cancelled.IsCancellationRequested)
        {
            return OpEnd.Failed("the start was given up");
        }
        catch (Exception e)
        {
            StartFault = e;
            return OpEnd.Failed(SafeText.Of(e));
        }
    }

    // Given up, it has come about all the same: the kill that follows finds it. After the end nobody else will see to this process.
    private async Task TakeAsync(ProcessSession session)
    {
        bool closed;
        lock (_gate)
        {
            closed = _closed;
            _session = closed ? null : session;
        }

        if (closed)
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Held until the machine has booted or failed to; whoever is given up leaves the queue.
    private async Task TurnAsync(OpWork work, CancellationToken given)
    {
        var turn = queue.Join();
        using var leaving = given.UnsafeRegister(static turn => ((IDisposable)turn!).Dispose(), turn);
        Volatile.Write(ref _turn, turn);
        if (!turn.Came.IsCompleted)
        {
            work.Saw(FactKind.Queued);
            await turn.Came.ConfigureAwait(false);
            work.Saw(FactKind.Admitted);
            return;
        }

        await turn.Came.ConfigureAwait(false);
    }

    // As long as the process lives; its end is the exit. Only a known exit code 0 is a clean one.
    private async Task<OpEnd> AttendAsync(OpWork work)
    {
        var session = Live;
        using var hearing = session.Sights.Subscribe(sight => work.Saw(sight.Fact, sight.Target, sight.Operand, sight.Payload));
        var exit = await session.Machine.Exited.OrCancelledAsync(work.Cancelled, inline).ConfigureAwait(false);
        session.KeepAlive.Pause();
        var words = LastLine(exit.LastWords);
        var clean = exit is { Kind: MachineExitKind.Exited, Code: 0 };
        return new(clean ? 0 : 1, new Payload.Words(words.Length == 0 ? exit.Summary : $"{exit.Summary}: {words}"));
    }

    // Its launch has returned by now: a process there will be none, or there is one.
    private async Task<OpEnd> KillAsync(OpWork work)
    {
        if (Session is not { Machine: var machine })
        {
            return OpEnd.Done;
        }

        machine.Kill(fault => log.Warning(fault, "The machine could not be killed"));
        var exit = await machine.Exited.OrCancelledAsync(work.Cancelled, inline).ConfigureAwait(false);
        return OpEnd.With(new Payload.Words(exit.Summary));
    }

    private async Task<OpEnd> ReleaseAsync(OpWork work)
    {
        var machine = work.State.Machine;
        if (!_ready && ordinary && Session is { Machine: var process }
            && (machine.Reason is VmReason.BootTimedOut or VmReason.QmpFailed or VmReason.GuestShutdown
                || machine.Reason == VmReason.ProcessDied && !WasKilled(process)))
        {
            var words = (work.State.Evidence as Payload.Words)?.Text;
            process.TellBootFailed(driver, _spec!, words ?? machine.Reason.ToString(), TellFailed);
        }

        try
        {
            await Foreign.EnterAsync(inline).ConfigureAwait(false);
            if (Session is { } session)
            {
                await session.DisposeAsync().ConfigureAwait(false);
            }

            return OpEnd.Done;
        }
        catch (Exception e)
        {
            log.Warning(e, "Something of the machine could not be released");
            return OpEnd.Failed(SafeText.Of(e));
        }
    }

    // By the host's memory manager, for one; a kill of ours comes after the reason was found.
    private static bool WasKilled(HandedOutMachine machine) =>
        machine.Exited is { IsCompletedSuccessfully: true, Result: { Kind: MachineExitKind.Signalled, Signal: KillSignal } };

    // Of no consequence for this machine, whatever the driver makes of it.
    private void TellFailed(Exception fault) => log.Warning(fault, "The driver failed at what it was told");

    private static string LastLine(string words)
    {
        var trimmed = words.AsSpan().Trim();
        return trimmed[(trimmed.LastIndexOf('\n') + 1)..].ToString();
    }
}
