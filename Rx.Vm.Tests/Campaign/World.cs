using System.Numerics;
using System.Runtime.CompilerServices;
using Rx.Vm.Lifecycle;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Campaign;

/// <summary>
/// The world around one machine and the machine in it, in virtual time: a caller with a plan, a process, its monitor, the guest, the host,
/// the clock. No Rx, no allocation, no reference but to the stage: a world is copied to let one life branch into many.
/// </summary>
/// <remarks>
/// <see cref="Next"/> runs up to the next message; faults strike it, or around it (<see cref="Strike"/>); <see cref="Deliver"/> lets the
/// reducer have what is left of it. In the end a caller loses patience and asks for a kill, which no fault can keep back, so every life
/// ends.
/// </remarks>
internal partial struct World
{
    /// <summary>When the caller loses patience.</summary>
    public const uint Patience = 240_000;

    private const int MostSteps = 4000;
    private const uint Never = uint.MaxValue;
    private readonly Stage _stage;
    private readonly Course _course;
    private readonly uint _tempo;
    private MessageQueue _queue;
    private DueTimes _due;
    private VmCore _core;
    private Ledger _ledger;
    private uint _now;
    private uint _patience = Patience;
    private uint _entered;
    private uint _grace;
    private ushort _sent;
    private int _steps;

    // What is true of the world, whether the machine knows or not.
    private Process _process;
    private bool _monitorClosed;
    private bool _monitorMute;
    private bool _guestClosed;
    private bool _guestMute;
    private bool _unkillable;
    private bool _frozen;
    private bool _givenUp;
    private bool _releaseStuck;
    private bool _released;
    private bool _podSeen;
    private bool _ending;
    private bool _shutdownPlanned;

    /// <summary>A machine that nobody has asked for anything.</summary>
    /// <param name="stage">What it shares with other worlds.</param>
    /// <param name="course">What the life is meant to be.</param>
    /// <param name="tempo">0: everything takes its usual time; else a seed for how long each thing takes.</param>
    public World(Stage stage, Course course, uint tempo = 0)
    {
        (_stage, _course, _tempo) = (stage, course, tempo);
        _core = new VmCore { Keep = course == Course.Kept ? KeepMode.AfterFinish : KeepMode.None };
        stage.Pipeline?.Begin(_core.Keep, tempo);
        Send(K.RunPodRequested, 0, 2);
    }

    /// <summary>Which delivery was offered last, counted from 0; -1 before the first.</summary>
    public int Position { get; private set; } = -1;

    /// <summary>What went wrong, if anything did.</summary>
    public Breach Breach { get; private set; }

    /// <summary>The law, with <see cref="Breach.Law"/>.</summary>
    public VmRule Rule { get; private set; }

    /// <summary>All that happened so far as one number.</summary>
    public ulong Hash { get; private set; }

    /// <summary>When the machine was gone.</summary>
    public uint GoneAt { get; private set; }

    /// <summary>Steps of the reducer so far.</summary>
    public readonly int Steps => _steps;

    /// <summary>Runs to the next message that a fault can strike. False: the life is over.</summary>
    public bool Next(out Message message)
    {
        while (Breach == Breach.None)
        {
            var arrival = _queue.Count == 0 ? Never : _queue.First.Due;
            DeadlineKind kind = default;
            var deadline = _stage.Pipeline is { } pipeline ? pipeline.NextDue ?? Never : NextDeadline(out kind);
            var at = Math.Min(Math.Min(arrival, deadline), _patience);
            if (at == Never)
            {
                Close();
                break;
            }

            _now = Math.Max(_now, at);
            if (arrival == at)
            {
                message = _queue.Take();
                if (Arrives(message))
                {
                    return true;
                }
            }
            else if (_patience == at)
            {
                _patience = Never;
                Apply(new VmInput(K.KillRequested));
            }
            else if (_stage.Pipeline is { } timers)
            {
                timers.Elapse(_now);
                Apply(timers);
            }
            else
            {
                Apply(new VmInput(K.DeadlineElapsed, (int)kind));
            }
        }

        message = Message.None;
        return false;
    }

    /// <summary>The reducer gets what is left of the message.</summary>
    public void Deliver(Message message)
    {
        if (!message.IsNone && Breach == Breach.None)
        {
            Apply(new VmInput(message.Kind, message.Operand));
        }
    }

    private bool Arrives(Message message)
    {
        if (!IsOpen(Channels.Of(message.Kind)))
        {
            return false;
        }

        // What is late for the dead is delivered, but not worth another fault.
        if (_core.Phase == VmPhase.Gone)
        {
            Deliver(message);
            return false;
        }

        Position++;
        Happen(message);
        return true;
    }

    private readonly uint NextDeadline(out DeadlineKind kind)
    {
        var due = Never;
        kind = default;
        for (uint bits = _core.Armed.Bits; bits != 0; bits &= bits - 1)
        {
            var one = BitOperations.TrailingZeroCount(bits);
            if (one < DeadlineSet.Kinds && _due[one] < due)
            {
                (due, kind) = (_due[one], (DeadlineKind)one);
            }
        }

        return due;
    }

    private void Arm(DeadlineSet rearmed)
    {
        for (uint bits = rearmed.Bits; bits != 0; bits &= bits - 1)
        {
            var one = BitOperations.TrailingZeroCount(bits);
            _due[one] = _now + Stage.Time((DeadlineKind)one);
        }
    }

    private void Send(K kind, uint after, int operand = 0) => _queue.Add(new Message(_now + Pace(after), _sent++, kind, operand));

    // Without a tempo each thing takes its time; with one, anything from a quarter of it to forty times as long.
    private readonly uint Pace(uint time)
    {
        if (_tempo == 0)
        {
            return time;
        }

        var dice = (_tempo + _sent * 0x9E37_79B9u) * 0x85EB_CA6Bu;
        dice = (dice ^ dice >> 15) * 0xC2B2_AE35u;
        return (dice >> 27) switch
        {
            < 6 => time / 4,
            < 12 => time / 2,
            < 24 => time,
            < 30 => time * 3,
            _ => Math.Min(time * 40, 100_000),
        };
    }

    [InlineArray(DeadlineSet.Kinds)]
    private struct DueTimes
    {
        private uint _first;
    }
}
