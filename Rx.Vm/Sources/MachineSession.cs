using System.Collections.Immutable;
using System.Reactive.Subjects;
using Rx.Qmp;
using Rx.Qmp.Isolation;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Dialects;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Lifecycle;
using Rx.Vm.Qemu;
using Rx.Vm.Reactive;
using Serilog;

namespace Rx.Vm.Sources;

/// <summary>
/// All there is of one process: the machine as it was handed out, its monitor, channels and console. Made whole when the driver hands the
/// machine out, so whoever has a session has all of it; nothing is read before <see cref="Facts"/> is subscribed to, and it is closed in one
/// place.
/// </summary>
internal sealed class MachineSession
{
    private readonly StreamsSource _streams;

    /// <summary>A session that says nothing yet.</summary>
    /// <param name="machine">What the driver handed out; the session's from now on.</param>
    /// <param name="schedulers">The machine's time.</param>
    /// <param name="inline">Whether everything continues on the thread that moved the bytes.</param>
    /// <param name="timeouts">The fold's limits, which nothing below may undercut.</param>
    /// <param name="log">The machine's log.</param>
    public MachineSession(HandedOutMachine machine, VmSchedulers schedulers, bool inline, VmTimeouts timeouts, ILogger log)
    {
        Machine = machine;
        Console = new ConsoleLog(machine.Console, onLine: new ConsoleTrace(schedulers.Time, log).Write);
        Tty = new TtyMux(machine.Tty, new TtyMuxOptions { IsInline = inline, Grant = (session, bytes) => Control!.Grant(session, bytes) }, log);
        var messages = new Subject<GuestMessage>();
        Control = new GuestControl(machine.Control, messages, logger: log);
        Qmp = new QmpClient(new QmpClientOptions
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
        _streams = new StreamsSource(Tty);

        // The process is known to the fold before anything else of it may speak.
        Facts = Merge.Of(
            Failed,
            ProcessSource.Of(machine),
            ConsoleSource.Of(Console),
            _streams,
            GuestSource.Of(this, messages, schedulers.Time),
            QmpSource.Of(Qmp, machine.Qmp, log));
    }

    /// <summary>The process and its streams.</summary>
    public HandedOutMachine Machine { get; }

    /// <summary>The monitor.</summary>
    public QmpClient Qmp { get; }

    /// <summary>The control channel.</summary>
    public GuestControl Control { get; }

    /// <summary>The streams channel.</summary>
    public TtyMux Tty { get; }

    /// <summary>The serial console.</summary>
    public ConsoleLog Console { get; }

    /// <summary>How the guest is spoken to; as one that can do nothing before it said READY.</summary>
    public GuestDialect Dialect { get; set; } = new OwnDialect(GuestFeatures.None);

    /// <summary>The streams of the pod that runs, or ran last.</summary>
    public ImmutableArray<ProcessStreams> PodStreams { get; set; } = [];

    /// <summary>
    /// What the process, its monitor and its guest say. Cold, one subscription: it begins with the start of the process, then opens the
    /// channels; whoever lets go of it hears nothing more of this process. Never errors.
    /// </summary>
    public IObservable<VmEvent> Facts { get; }

    /// <summary>
    /// Closes the channels, ends the process and removes what it left. What the guest wrote last may still be in a socket and is taken.
    /// </summary>
    /// <exception cref="Exception">Whatever the driver throws.</exception>
    public async Task DisposeAsync()
    {
        await _streams.Ended.ConfigureAwait(false);
        Tty.Dispose();
        Control.Dispose();
        Console.Dispose();
        await Qmp.DisposeAsync().ConfigureAwait(false);
        await Machine.DisposeAsync().ConfigureAwait(false);
    }

    // A channel that can't be opened is lost.
    private static VmEvent Failed(Exception fault) => new(VmEventKind.GuestDisconnected) { Text = SafeText.Of(fault) };
}
