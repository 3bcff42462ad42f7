using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.Qmp;
using Rx.Qmp.Isolation;
using Rx.Vm.Fold;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Dialects;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Lifecycle;
using Rx.Vm.Operations;
using Rx.Vm.Qemu;
using Rx.Vm.Reactive;
using Rx.Vm.Sources;
using Serilog;

namespace Rx.Vm.Attendance;

/// <summary>
/// All there is of one process: the machine as it was handed out, its monitor, channels and console. Made whole when the driver hands the
/// machine out, so whoever has a session has all of it; nothing is read before <see cref="Sights"/> is subscribed to, and it is closed in one
/// place.
/// </summary>
internal sealed class ProcessSession
{
    private readonly StreamSights _streams;
    private readonly Subject<Sight> _own = new();

    /// <summary>A session that says nothing yet.</summary>
    /// <param name="machine">What the driver handed out; the session's from now on.</param>
    /// <param name="schedulers">The machine's time.</param>
    /// <param name="inline">Whether everything continues on the thread that moved the bytes.</param>
    /// <param name="timeouts">The fold's limits, which nothing below may undercut.</param>
    /// <param name="log">The machine's log.</param>
    public ProcessSession(HandedOutMachine machine, VmSchedulers schedulers, bool inline, VmTimeouts timeouts, ILogger log)
    {
        Machine = machine;
        Time = schedulers.Time;
        Console = new ConsoleLog(machine.Console, onLine: new ConsoleTrace(schedulers.Time, log).Write);
        Tty = new TtyMux(machine.Tty, new TtyMuxOptions { IsInline = inline, Grant = (session, bytes) => Control!.Grant(session, bytes) }, log);
        var messages = new Subject<GuestMessage>();
        Control = new GuestControl(machine.Control, messages, logger: log);
        Guest = new GuestDialogue(Control, inline);
        KeepAlive = new KeepAlive(schedulers.Time, timeouts, Ping, _own.OnNext);
        Qmp = new QmpClient(new QmpClientOptions
        {
            Scheduler = schedulers.Time,
            InlineContinuations = true,
            Logger = log,

            // Nothing the runtime sends may overtake anything, and every byte of the handshake is boot time.
            OutOfBand = false,

            // The fold has a deadline for the greeting; the client's own must not race with it, nor be shorter than its longest.
            ConnectTimeout = timeouts.QmpGreeting.Times(2 + OpTimers.MaxExtensions),

            // No reply that is used here comes near it, and what a machine can make its host hold is bounded.
            MaxFrameBytes = MachineBuffers.MonitorFrame,
        });
        _streams = new StreamSights(Tty);
        Sights = Merge.Of(Failed, _own, ConsoleReading(), _streams, GuestSights.Of(this, messages), MonitorSights.Of(Qmp, machine.Qmp, log));
    }

    /// <summary>The process and its streams.</summary>
    public HandedOutMachine Machine { get; }

    /// <summary>The monitor.</summary>
    public QmpClient Qmp { get; }

    /// <summary>The control channel.</summary>
    public GuestControl Control { get; }

    /// <summary>Questions to the guest.</summary>
    public GuestDialogue Guest { get; }

    /// <summary>Whether the guest answers.</summary>
    public KeepAlive KeepAlive { get; }

    /// <summary>The streams channel.</summary>
    public TtyMux Tty { get; }

    /// <summary>The serial console.</summary>
    public ConsoleLog Console { get; }

    /// <summary>The machine's time.</summary>
    public IScheduler Time { get; }

    /// <summary>How the guest is spoken to; as one that can do nothing before it said READY.</summary>
    public GuestDialect Dialect { get; set; } = new OwnDialect(GuestFeatures.None);

    /// <summary>The pod that the guest was told to start last.</summary>
    public PodInGuest Pod { get; set; } = PodInGuest.None;

    /// <summary>
    /// What the process's monitor, channels and guest say. Cold, one subscription; it opens the channels; whoever lets go of it hears nothing
    /// more of this process. Never errors.
    /// </summary>
    public IObservable<Sight> Sights { get; }

    /// <summary>Tells what was seen elsewhere: the end of a process, by its streams.</summary>
    public void Tell(Sight sight) => _own.OnNext(sight);

    /// <summary>
    /// Closes the channels, ends the process and removes what it left. What the guest wrote last may still be in a socket and is taken.
    /// </summary>
    /// <exception cref="Exception">Whatever the driver throws.</exception>
    public async Task DisposeAsync()
    {
        await _streams.Ended.ConfigureAwait(false);
        KeepAlive.Dispose();
        Tty.Dispose();
        Control.Dispose();
        Console.Dispose();
        await Qmp.DisposeAsync().ConfigureAwait(false);
        await Machine.DisposeAsync().ConfigureAwait(false);
    }

    // Its lines are for people; nothing that it says is an event.
    private IObservable<Sight> ConsoleReading() => Cold.Of<Sight>(_ =>
    {
        Console.Start();
        return System.Reactive.Disposables.Disposable.Empty;
    });

    // One that can't be sent is as silent as one that is not answered.
    private void Ping() => _ = Guest.AskAsync(GuestCode.Ping, default, CancellationToken.None);

    // A channel that can't be opened is lost.
    private static Sight Failed(Exception fault) => Sight.Of(FactKind.GuestLost, SafeText.Of(fault));
}
