using System.Globalization;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Tests.Testing;

/// <summary>The states of a machine as one observer saw them; checks the grammar of the stream as it goes.</summary>
internal sealed class StateTrace : IObserver<VmState>
{
    private readonly List<VmState> _states = [];

    public StateTrace(IObservable<VmState> states) => states.Subscribe(this);

    public bool IsCompleted { get; private set; }

    public IReadOnlyList<VmState> States => _states;

    /// <summary>Milliseconds and phase of each change of phase, with the reason once there is one.</summary>
    public string Text => string.Join('\n', _states
        .Where((s, i) => i == 0 || s.Phase != _states[i - 1].Phase)
        .Select(s => s.At.TotalMilliseconds.ToString("0.####", CultureInfo.InvariantCulture)
            + $" {s.Phase}{(s.Reason == VmReason.None ? "" : $" {s.Reason}")}"));

    public void OnNext(VmState value)
    {
        Assert.False(IsCompleted, "a state after the completion");
        Assert.True(_states.Count == 0 || value.Sequence > _states[^1].Sequence, "the sequence does not grow");
        Assert.True(_states.Count == 0 || value.At >= _states[^1].At, "time goes backward");
        Assert.True(_states.Count == 0 || !_states[^1].IsTerminal, "a state after the terminal one");
        _states.Add(value);
    }

    public void OnError(Exception error) => Assert.Fail($"States must never fail: {error}");

    public void OnCompleted()
    {
        Assert.False(IsCompleted, "completed twice");
        Assert.True(_states.Count > 0 && _states[^1].IsTerminal, "completed before the terminal state");
        IsCompleted = true;
    }
}
