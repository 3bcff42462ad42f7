using Rx.Vm.Lifecycle;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>One machine's fold driven by hand: events at given times, requests numbered as they come.</summary>
internal sealed class FoldRun(KeepMode keep = KeepMode.None, VmTimeouts? timeouts = null)
{
    private readonly List<VmStep> _steps = [VmFold.Initial("vm-test", keep, timeouts ?? new VmTimeouts())];
    private long _requests;

    public IReadOnlyList<VmStep> Steps => _steps;

    public VmStep Last => _steps[^1];

    public VmFold Fold => Last.Fold;

    public TimeSpan Now { get; private set; }

    /// <summary>Every answer given so far.</summary>
    public IEnumerable<Answer> Answers => _steps.SelectMany(s => s.Answers);

    public FoldRun At(double seconds)
    {
        Now = TimeSpan.FromSeconds(seconds);
        return this;
    }

    public FoldRun Do(VmEvent e)
    {
        _steps.Add(VmFold.Step(Last, e, Now));
        return this;
    }

    public FoldRun Do(params ReadOnlySpan<VmEventKind> kinds)
    {
        foreach (var kind in kinds)
        {
            Do(VmInvariants.IsRequest(kind) ? VmEvent.Request(kind, ++_requests) : new VmEvent(kind));
        }

        return this;
    }

    public FoldRun RunPod(int devices = 0, string podId = "pod") => Do(VmEvent.RunPod(++_requests, podId, devices));

    /// <summary>The armed deadline of <paramref name="kind"/>.</summary>
    public Deadline Armed(DeadlineKind kind) => Fold.Deadlines.Single(d => d.Kind == kind);

    /// <summary>Lets the armed deadline of <paramref name="kind"/> elapse, when its time has come.</summary>
    public FoldRun Elapse(DeadlineKind kind, bool busy = false)
    {
        var deadline = Armed(kind);
        return At((deadline.ArmedAt + deadline.After).TotalSeconds).Do(VmEvent.Elapsed(deadline, busy));
    }

    public FoldRun Boot() => Do(VmEventKind.BootRequested, VmEventKind.ProcessStarted, VmEventKind.QmpConnected, VmEventKind.GuestReady);

    public FoldRun Running(int devices = 0)
    {
        Boot().RunPod(devices);
        for (var slot = 0; slot < devices; slot++)
        {
            Do(VmEvent.Device(VmEventKind.DeviceAdded, slot));
        }

        return Do(VmEventKind.PodStartAcked);
    }
}
