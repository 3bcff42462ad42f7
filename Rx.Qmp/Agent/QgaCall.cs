using System.Reactive.Concurrency;
using Rx.Qmp.Isolation;
using Rx.Qmp.Session;

namespace Rx.Qmp.Agent;

/// <summary>One call of ExecuteAsync: the caller who waits, by when, and how to stop working for him once he has been answered.</summary>
internal sealed class QgaCall : IDisposable
{
    private readonly TaskCompletionSource<QmpReply> _answer;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenRegistration _caller;
    private readonly IDisposable _deadline;
    private int _answered;

    public QgaCall(QmpCommand command, QgaClientOptions options, CancellationToken caller)
    {
        Command = command;
        Limit = command.Timeout ?? options.CommandTimeout;
        _answer = new TaskCompletionSource<QmpReply>(SchedulerDelay.Options(options.InlineContinuations));
        _deadline = options.Scheduler.Schedule(Limit, PassDeadline);
        _caller = caller.UnsafeRegister((_, token) => Answer(answer => answer.TrySetCanceled(token)), null);
    }

    public QmpCommand Command { get; }

    public TimeSpan Limit { get; }

    public Task<QmpReply> Task => _answer.Task;

    /// <summary>Cancelled as soon as the caller has been answered, by whoever.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>True once the command is out, and what becomes of it unknown.</summary>
    public bool IsSent { get; private set; }

    /// <summary>Notes that the command is out.</summary>
    /// <param name="deadlineStays">False: from now on the deadline does not count.</param>
    public void Sent(bool deadlineStays)
    {
        IsSent = true;
        if (!deadlineStays)
        {
            _deadline.Dispose();
        }
    }

    public void Complete(QmpReply reply) => Answer(answer => answer.TrySetResult(reply));

    public void Fail(Exception fault) => Answer(answer => answer.TrySetException(fault));

    public void Dispose()
    {
        _deadline.Dispose();
        _caller.Unregister();
    }

    private void PassDeadline() =>
        Fail(IsSent ? new QmpTimeoutException(Command.Name, Limit) : new QgaUnresponsiveException(Command.Name, Limit));

    private void Answer(Action<TaskCompletionSource<QmpReply>> answer)
    {
        if (Interlocked.Exchange(ref _answered, 1) == 0)
        {
            Dispose();

            // First the work ends, then the caller goes on: his next command finds the link as this one leaves it.
            _stop.Cancel();
            answer(_answer);
        }
    }
}
