using System.Reactive.Subjects;
using Rx.Vm.Lifecycle;
using Rx.Vm.Reactive;

namespace Rx.Vm.Sources;

/// <summary>What callers ask of a machine, as events. Each has a number, by which the ledger finds who is to be answered.</summary>
internal sealed class RequestSource(CommandLedger ledger) : IObservable<VmEvent>
{
    private readonly Subject<VmEvent> _events = new();

    /// <summary>Asks. Any thread; returns at once.</summary>
    /// <param name="request">The event of a number.</param>
    /// <returns>The answer.</returns>
    public Task<Answer> Ask(Func<long, VmEvent> request)
    {
        var (command, answer) = ledger.Open();
        _events.OnNext(request(command));
        return answer;
    }

    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<VmEvent> observer) => _events.Subscribe(observer);
}
