using System.Collections.Concurrent;
using System.Collections.Immutable;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Reactive;

/// <summary>The callers who wait for an answer of the fold, by request number. Each is answered once; the fold guarantees it.</summary>
internal sealed class CommandLedger(bool inlineContinuations)
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<Answer>> _waiting = new();
    private long _last;

    /// <summary>How many wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>A new request number, and the task that its answer completes.</summary>
    public (long Command, Task<Answer> Answer) Open()
    {
        var command = Interlocked.Increment(ref _last);
        var source = new TaskCompletionSource<Answer>(
            inlineContinuations ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[command] = source;
        return (command, source.Task);
    }

    /// <summary>Hands each answer to its caller. Nobody waiting is fine.</summary>
    public void Settle(ImmutableArray<Answer> answers)
    {
        foreach (var answer in answers)
        {
            Settle(answer);
        }
    }

    /// <summary>Hands <paramref name="answer"/> to its caller. Nobody waiting is fine.</summary>
    public void Settle(Answer answer)
    {
        if (_waiting.TryRemove(answer.Command, out var source))
        {
            source.TrySetResult(answer);
        }
    }
}
