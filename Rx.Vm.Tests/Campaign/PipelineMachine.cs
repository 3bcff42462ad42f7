using System.Reactive.Subjects;
using Rx.Vm.Lifecycle;
using Rx.Vm.Reactive;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Campaign;

/// <summary>
/// The machine of a world as it really is: inbox, Scan, delivery, deadline timers and the ledger of requests, in virtual time. Events go in
/// by the door that every source uses; what the fold made of them comes out as the reducer's transitions. Beside it, everything the
/// pipeline promises is checked at every step.
/// </summary>
internal sealed class PipelineMachine
{
    private const long Millisecond = TimeSpan.TicksPerMillisecond;

    // What a timer that is late by more than a second adds, so that inputs are heard first.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    private readonly VirtualClock _time = new();
    private readonly VirtualClock _notify = new();
    private readonly Queue<VmEvent> _posted = new();
    private readonly Queue<long> _calls = new();
    private readonly Queue<Folded> _folded = new();
    private readonly Subject<VmEvent> _door = new();
    private VmPipeline? _pipeline;
    private CommandLedger _ledger = new(inlineContinuations: true);
    private VmFold _last = VmFold.Initial("vm", KeepMode.None, new VmTimeouts()).Fold;
    private long _seen;
    private long _number;
    private bool _ended;
    private long _slept;
    private uint _variety;
    private int _steps;

    /// <summary>What the pipeline did that it must not, in words; null: nothing.</summary>
    public string? Complaint { get; private set; }

    /// <summary>Whether an event is lost on its way: for the test of the test.</summary>
    public Func<VmEvent, bool>? Loses { get; init; }

    /// <summary>When the next timer is due in milliseconds of the world's time, if any is.</summary>
    public uint? NextDue => _time.NextDue is { } due ? (uint)Math.Max(0, (due - _slept) / Millisecond) : null;

    /// <summary>Begins a life.</summary>
    /// <param name="keep">The machine's keep mode.</param>
    /// <param name="variety">What the lookers-on of this life do.</param>
    public void Begin(KeepMode keep, uint variety)
    {
        _pipeline?.Dispose();
        _time.Reset();
        _notify.Reset();
        _posted.Clear();
        _calls.Clear();
        _folded.Clear();
        (_seen, _number, _ended, _slept, _steps, _variety, Complaint) = (0, 0, false, 0, 0, variety, null);
        var initial = VmFold.Initial("vm", keep, new VmTimeouts());
        _last = initial.Fold;
        _ledger = new CommandLedger(inlineContinuations: true);
        _pipeline = new VmPipeline(initial, new VmSchedulers(_time, _notify), new ObserverReport(Serilog.Core.Logger.None), inline: true);
        _pipeline.States.Subscribe(See, () => _ended = true);
        if (_variety % 8 == 0)
        {
            // Who throws loses a subscription, and nobody else notices.
            _pipeline.States.Subscribe(_ => throw new InvalidOperationException("a bad subscriber"));
        }

        _pipeline.Connect(new VmSources { Requests = _door }, _ledger, new StepWork { Follow = Record, RunEffects = AskAgain });
    }

    /// <summary>Posts what happened at <paramref name="now"/>, by the world's time.</summary>
    public void Post(VmInput input, uint now)
    {
        _time.Ticks = Math.Max(_time.Ticks, now * Millisecond + _slept);
        Post(ToEvent(input));
        Notify();
    }

    /// <summary>Lets the next timer fire.</summary>
    public void Elapse(uint now)
    {
        _time.Ticks = Math.Max(_time.Ticks, now * Millisecond + _slept);
        _time.RunNext();
        Notify();
    }

    /// <summary>The host sleeps: time goes on, and nothing else.</summary>
    public void Sleep(uint milliseconds) => _slept += milliseconds * Millisecond;

    /// <summary>The next step that was folded, if there is one.</summary>
    public bool TryTake(out Folded step) => _folded.TryDequeue(out step);

    /// <summary>The life is over: nothing may be left.</summary>
    public void Close()
    {
        Require(_posted.Count == 0, "an event was lost");
        Require(_ledger.Count == 0, "a caller waits for ever");
        Require(_ended, "States has not completed");
        Require(_seen == _last.State.Sequence, "States ended before its last state");
        Require(_pipeline!.Current == _last.State, "the state that is shown is not the last");
    }

    private void Post(VmEvent e)
    {
        _posted.Enqueue(e);
        if (Loses?.Invoke(e) != true)
        {
            _door.OnNext(e);
        }
    }

    private void Notify()
    {
        while (_notify.NextDue is not null)
        {
            _notify.RunNext();
        }
    }

    private VmEvent ToEvent(VmInput input) => input.Kind switch
    {
        K.RunPodRequested => VmEvent.RunPod(_ledger.Open().Command, "pod", input.Operand),
        <= K.CallRequested => VmEvent.Request(input.Kind, _ledger.Open().Command),

        // Of a wait that is over: its timer was cancelled, and fires all the same.
        K.DeadlineElapsed => new VmEvent(K.DeadlineElapsed) { Operand = input.Operand, Token = input.Operand - DeadlineSet.Kinds },
        K.CallAcked or K.CallRefused => new VmEvent(input.Kind) { Token = _calls.TryDequeue(out var call) ? call : 0 },
        _ => new VmEvent(input.Kind) { Operand = input.Operand },
    };

    // Before anything else hears of it.
    private void Record(VmStep step)
    {
        var (e, before) = (step.Event!, _last);
        _last = step.Fold;
        var input = new VmInput(e.Kind, e.Operand);
        bool concerns;
        if (e.Kind == K.DeadlineElapsed && e.Token >= 0)
        {
            concerns = Timely(step, before);
        }
        else
        {
            Require(_posted.TryDequeue(out var next) && ReferenceEquals(next, e), "events were lost, doubled or swapped");
            concerns = e.Kind switch
            {
                K.DeadlineElapsed => false,
                K.CallAcked or K.CallRefused => before.Pending.ContainsKey(e.Token),
                _ => true,
            };
        }

        var t = concerns ? VmReducer.Reduce(before.Core, input) : new Transition(before.Core);
        Require(t.Next == step.Fold.Core && t.Effects == step.Effects && step.Number == ++_number, "the fold is another");
        if (t.Effects.HasFlag(VmEffects.SendCall))
        {
            _calls.Enqueue(e.Token);
        }

        _folded.Enqueue(new Folded(before.Core, input, t, concerns));
    }

    // A deadline elapses while it is armed, when its time is over, and not much later.
    private bool Timely(VmStep step, VmFold before)
    {
        foreach (var deadline in before.Deadlines)
        {
            if (deadline.Id == step.Event!.Token)
            {
                var late = step.At - deadline.ArmedAt - deadline.After;
                Require(late >= TimeSpan.Zero, "a deadline elapsed early");
                Require(late <= (_slept == 0 ? TimeSpan.Zero : Grace + new TimeSpan(_slept)), "a deadline elapsed late");
                return true;
            }
        }

        Require(false, "a timer fired for a wait that is over");
        return false;
    }

    // Now and then somebody asks again in the middle of an effect: it waits its turn.
    private void AskAgain(VmStep step)
    {
        Require(_pipeline!.Current == step.Fold.State, "an effect runs before its state is known");
        if (_steps++ == _variety / 8 % 16)
        {
            Post(VmEvent.Request(K.BootRequested, _ledger.Open().Command));
            Require(_number == step.Number, "an event was folded within another");
        }
    }

    private void See(VmState state)
    {
        Require(state.Sequence == _seen + 1 && !_ended, "states were lost, doubled or swapped");
        _seen = state.Sequence;
    }

    private void Require(bool holds, string complaint) => Complaint ??= holds ? null : complaint;

    /// <summary>One turn of the fold, as the reducer saw it.</summary>
    internal readonly record struct Folded(VmCore Before, VmInput Input, Transition Result, bool Concerns);
}
