using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Rx.Qmp.Isolation;
using Rx.Qmp.Session;

namespace Rx.Qmp.Agent;

/// <summary>One call of ExecuteAsync: the caller who waits, by when, and how to stop working for him once he has been answered.</summary>
internal sealed class QgaCall : IDisposable
{
    private const int Sent = 1;
    private const int Answered = 2;

    private readonly TaskCompletionSource<QmpReply> _answer;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenRegistration _caller;
    private readonly SingleAssignmentDisposable _deadline = new();
    private int _state;

    public QgaCall(QmpCommand command, QgaClientOptions options, CancellationToken caller)
    {
        Command = command;
        Limit = command.Timeout ?? options.CommandTimeout;
        _answer = new TaskCompletionSource<QmpReply>(SchedulerDelay.Options(options.InlineContinuations));

        // A short limit may be over before the scheduler returns.
        _deadline.Disposable = options.Scheduler.Schedule(Limit, PassDeadline);
        _caller = caller.UnsafeRegister((_, token) => Answer((answer, _) => answer.TrySetCanceled(token)), null);
        if ((Volatile.Read(ref _state) & Answered) != 0)
        {
            _caller.Unregister();
        }
    }

    public QmpCommand Command { get; }

    public TimeSpan Limit { get; }

    public Task<QmpReply> Task => _answer.Task;

    /// <summary>Cancelled as soon as the caller has been answered, by whoever.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Notes that the first byte goes out now; from here on what becomes of the command is unknown.</summary>
    /// <returns>False: the caller has been answered, maybe that it was not sent, so it must not be.</returns>
    public bool TrySend() => (Interlocked.Or(ref _state, Sent) & Answered) == 0;

    /// <summary>Has the deadline count no more.</summary>
    public void ForgetDeadline() => _deadline.Dispose();

    public void Complete(QmpReply reply) => Answer((answer, _) => answer.TrySetResult(reply));

    public void Fail(Exception fault) => Answer((answer, _) => answer.TrySetException(fault));

    public void Dispose()
    {
        _deadline.Dispose();
        _caller.Unregister();
    }

    private void PassDeadline() => Answer((answer, isSent) => answer.TrySetException(
        isSent ? new QmpTimeoutException(Command.Name, Limit) : new QgaUnresponsiveException(Command.Name, Limit)));

    /// <summary>Answers the caller, once.</summary>
    /// <param name="answer">How, given whether the command was sent.</param>
    private void Answer(Action<TaskCompletionSource<QmpReply>, bool> answer)
    {
        var before = Interlocked.Or(ref _state, Answered);
        if ((before & Answered) == 0)
        {
            Dispose();

            // First the work ends, then the caller goes on: his next command finds the link as this one leaves it.
            _stop.TryCancel();
            answer(_answer, (before & Sent) != 0);
        }
    }
}
