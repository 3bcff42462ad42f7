using System.Reactive.Subjects;
using Rx.Qmp.Isolation;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Reactive;

/// <summary>
/// What is done with each step, in order and each guarded: one that throws is reported and the others are none the worse for it.
/// </summary>
/// <param name="report">Hears which one threw, and what.</param>
internal sealed class StepHandlers(Action<string, Exception> report)
{
    private Handler[] _handlers = [];
    private readonly Subject<VmEvent> _faults = new();

    /// <summary>That a vital handler threw, as an event.</summary>
    public IObservable<VmEvent> Faults => _faults;

    /// <summary>Adds one that the machine or a caller of it depends on.</summary>
    public StepHandlers Vital(string name, Action<VmStep> handle) => Add(new(name, IsVital: true, handle));

    /// <summary>Adds one that only tells of the machine.</summary>
    public StepHandlers Then(string name, Action<VmStep> handle) => Add(new(name, IsVital: false, handle));

    /// <summary>Takes a step through all of them.</summary>
    public void Handle(VmStep step)
    {
        foreach (var handler in _handlers)
        {
            try
            {
                handler.Handle(step);
            }
            catch (Exception fault)
            {
                Tell(handler, step, fault);
            }
        }
    }

    // A vital handler turns trouble into events itself; one that throws all the same must not leave its machine waiting for ever. One that
    // throws at that event too has been heard.
    private void Tell(Handler handler, VmStep step, Exception fault)
    {
        if (handler.IsVital && step.Event?.Kind != VmEventKind.FoldFaulted)
        {
            _faults.OnNext(new VmEvent(VmEventKind.FoldFaulted) { Text = $"{handler.Name}: {SafeText.Of(fault)}" });
        }

        report(handler.Name, fault);
    }

    private StepHandlers Add(Handler handler)
    {
        _handlers = [.. _handlers, handler];
        return this;
    }

    private sealed record Handler(string Name, bool IsVital, Action<VmStep> Handle);
}
