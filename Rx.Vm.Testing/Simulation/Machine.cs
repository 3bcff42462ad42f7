using System.Reactive.Concurrency;
using Rx.Vm.Qemu;
using K = Rx.Vm.Testing.SimulatedFaultKind;

namespace Rx.Vm.Testing.Simulation;

/// <summary>
/// A simulated process with its four connections.
/// <code>
/// runs ── exits, is killed, powers off ─► streams end ─► exit seen     (or the other way round)
/// </code>
/// </summary>
internal sealed partial class Machine : IMachine
{
    private const int SmallPipe = 8 << 10;
    private const int TtyPipe = 16 << 10;

    // Of sysexits.h: an internal error.
    private const int DefectCode = 70;

    private readonly SimulatedDriver _driver;
    private readonly IStopwatch _clock;
    private readonly TaskCompletionSource<MachineExit> _exited;
    private readonly TaskCompletionSource _gone;
    private readonly Channel _qmp;
    private readonly Channel _control;
    private readonly Channel _tty;
    private readonly Channel _console;
    private volatile bool _isAlive = true;
    private volatile bool _isAtWork;
    private volatile bool _hostIsDead;
    private int _released;
    private int _failed;

    public Machine(SimulatedDriver driver, MachineSpec spec, SimulatedSettings settings, IScheduler scheduler)
    {
        _driver = driver;
        Id = spec.Id;
        WhenProcessDies = spec.WhenProcessDies;
        Settings = settings;
        Strand = new Strand(scheduler, Fail);
        Faults = new FaultBook(settings.Faults);
        _isAtWork = Faults.Has(K.AtWork);
        _clock = scheduler.StartStopwatch();
        var inline = settings.InlineContinuations;
        var options = inline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously;
        _exited = new(options);
        _gone = new(options);
        _qmp = new Channel(Strand, SmallPipe, inline) { CutAt = CutOf(K.MonitorCut) };
        _control = new Channel(Strand, SmallPipe, inline) { CutAt = CutOf(K.ControlCut) };
        _tty = new Channel(Strand, TtyPipe, inline) { CutAt = CutOf(K.TtyCut) };
        _console = new Channel(Strand, SmallPipe, inline);
        Monitor = new Monitor(this, _qmp);
        Guest = new GuestSystem(this, _control, new Terminals(this, _tty));
    }

    public string Id { get; }

    public string Description => "simulated machine";

    public ProcessIdentity? Identity => null;

    public MachineRecord? Record => null;

    public Confinement? Confinement => null;

    public TimeSpan? ProcessorTime => !_isAlive ? null : _isAtWork ? Elapsed : TimeSpan.Zero;

    public Stream Qmp => _qmp.HostEnd;

    public Stream Control => _control.HostEnd;

    public Stream Tty => _tty.HostEnd;

    public Stream Console => _console.HostEnd;

    public Task<MachineExit> Exited => _exited.Task;

    /// <summary>What becomes of it when the process of its host ends.</summary>
    public WhenProcessDies WhenProcessDies { get; }

    /// <summary>What it is like.</summary>
    public SimulatedSettings Settings { get; }

    /// <summary>How long everything takes.</summary>
    public SimulatedTimings Timings => Settings.Timings;

    /// <summary>What goes wrong.</summary>
    public FaultBook Faults { get; }

    /// <summary>Where everything runs.</summary>
    public Strand Strand { get; }

    /// <summary>The monitor.</summary>
    public Monitor Monitor { get; }

    /// <summary>The guest.</summary>
    public GuestSystem Guest { get; }

    /// <summary>Whether the process runs.</summary>
    public bool IsAlive => _isAlive;

    /// <summary>Time since the process was made.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>The process begins to run.</summary>
    public void Run() => Strand.Post(() =>
    {
        // Nobody reads what the host writes to the console, as with a guest without a getty.
        _console.Start(static _ => { });
        if (Faults.Take(K.DiesBeforeGreeting) is { } death)
        {
            Exit(MachineExit.WithCode(death.Value ?? 1, "simulated: died before the greeting"));
            return;
        }

        Monitor.Start();
        Guest.Start();
        Reach(SimulatedMoment.Started);
    });

    /// <summary>A moment has come: what strikes now strikes.</summary>
    public void Reach(SimulatedMoment moment)
    {
        foreach (var fault in Faults.Due(moment))
        {
            Strand.After(fault.After, () => Strike(fault));
        }
    }

    /// <summary>A fault for a machine that lives already.</summary>
    public void Inject(SimulatedFault fault) => Strand.Post(() =>
    {
        if (FaultBook.Strikes(fault))
        {
            Strand.After(fault.After, () => Strike(fault));
        }
        else
        {
            Faults.Add(fault);
            _isAtWork |= fault.Kind == K.AtWork;
        }
    });

    /// <summary>A line on the console.</summary>
    public void Say(string line)
    {
        if (_isAlive)
        {
            _console.Send(System.Text.Encoding.UTF8.GetBytes(line + "\r\n"));
        }
    }

    /// <summary>The guest powers off or resets: SHUTDOWN, then the end.</summary>
    public void End(string reason, bool byGuest)
    {
        Monitor.Tell("SHUTDOWN", $$"""{"guest": {{(byGuest ? "true" : "false")}}, "reason": "{{reason}}"}""");
        ExitSoon();
    }

    /// <summary>The process ends in order, with code 0.</summary>
    public void ExitSoon() => Strand.After(Timings.Exit, () => Exit(MachineExit.WithCode(0)));

    public void Kill()
    {
        if (_hostIsDead)
        {
            return;
        }

        if (Faults.Has(K.KillFails))
        {
            throw new InvalidOperationException("simulated: the process can't be killed");
        }

        EndHard();
    }

    /// <summary>The process of its host ends. Whatever that host object does from now on, it does not do.</summary>
    public void LoseHost()
    {
        _hostIsDead = true;
        if (Interlocked.Exchange(ref _released, 1) != 0)
        {
            return;
        }

        CloseHostEnds();
        if (WhenProcessDies == WhenProcessDies.Kill)
        {
            EndHard();
        }

        _driver.LetGo(this);
    }

    /// <summary>SIGKILL, from whomever.</summary>
    public void EndHard() => Strand.Post(() =>
    {
        if (!Faults.Has(K.Unkillable))
        {
            Strand.After(Timings.Exit, () => Exit(MachineExit.BySignal(9)));
        }
    });

    public ValueTask DetachAsync()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            CloseHostEnds();
            _driver.LetGo(this);
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _released, 1) != 0)
        {
            return;
        }

        EndHard();
        CloseHostEnds();

        // Not Exited, which somebody awaits already: of two who await one task, one continues on another thread.
        await _gone.Task.ConfigureAwait(false);
        var slow = Faults.Take(K.ReleaseSlow)?.After ?? TimeSpan.Zero;
        var time = Timings.Release + slow;
        await Delay.For(time, Strand.Scheduler, Settings.InlineContinuations, CancellationToken.None).ConfigureAwait(false);
        if (Faults.Take(K.ReleaseHangs) is not null)
        {
            await new TaskCompletionSource().Task.ConfigureAwait(false);
        }

        if (Faults.Take(K.ReleaseFails) is not null)
        {
            throw new IOException("simulated: the machine's directory can't be removed");
        }

        _driver.LetGo(this);
    }

    private long? CutOf(K kind)
    {
        foreach (var fault in Settings.Faults)
        {
            if (fault.Kind == kind && fault.Offset is { } offset)
            {
                return offset;
            }
        }

        return null;
    }

    private void CloseHostEnds()
    {
        _qmp.CloseHostEnd();
        _control.CloseHostEnd();
        _tty.CloseHostEnd();
        _console.CloseHostEnd();
    }

    // A defect of the simulation, or of a program that was plugged in: the first is kept, and the machine does not go on as if nothing were.
    private void Fail(Exception fault)
    {
        _driver.Failed(fault);
        if (Interlocked.Exchange(ref _failed, 1) == 0)
        {
            Strand.Post(() => Exit(MachineExit.WithCode(DefectCode, $"simulated: a defect of the simulation: {fault}")));
        }
    }

    private void Exit(MachineExit exit)
    {
        if (!_isAlive)
        {
            return;
        }

        _isAlive = false;
        Strand.CancelTimers();
        _driver.Ended();
        Action first = HangUp, second = () => See(exit);
        if (Settings.ExitBeforeEndOfStreams)
        {
            (first, second) = (second, first);
        }

        first();
        Strand.After(Timings.ExitNotice, second);
    }

    private void See(MachineExit exit)
    {
        if (Faults.Has(K.ExitLost))
        {
            _exited.TrySetException(new IOException("simulated: the exit status can't be read"));
        }
        else
        {
            _exited.TrySetResult(exit);
        }

        _gone.TrySetResult();
    }

    private void HangUp()
    {
        _control.HangUp();
        _tty.HangUp();
        _qmp.HangUp();
        _console.HangUp();
    }
}
