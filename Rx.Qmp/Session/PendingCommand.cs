using System.Threading.Tasks.Sources;
using Rx.Qmp.Commands;
using Rx.Qmp.Messages;

namespace Rx.Qmp.Session;

/// <summary>
/// One call of ExecuteAsync: what to send, by when, and the caller who waits. Whoever claims it first (reply, error, deadline,
/// cancellation, loss of the connection) answers the caller; the others find it claimed. Being answered does not free its place in
/// flight: only the server's reply does (trap 15).
/// </summary>
internal sealed class PendingCommand : IValueTaskSource<QmpReply>
{
    private readonly CommandDeadlines _deadlines;
    private ManualResetValueTaskSourceCore<QmpReply> _core;
    private CancellationTokenRegistration _cancellation;
    private int _claimed;

    public PendingCommand(QmpCommand command, CommandDeadlines deadlines, bool inline)
    {
        Command = command;
        _deadlines = deadlines;
        Warned = deadlines.Warn >= deadlines.Fail;
        _core.RunContinuationsAsynchronously = !inline;
    }

    public QmpCommand Command { get; }

    /// <summary>True once the caller has been, or is being, answered.</summary>
    public bool IsClaimed => Volatile.Read(ref _claimed) != 0;

    /// <summary>The latest error without id that arrived while this was in flight.</summary>
    public QmpError? Unattributed { get; set; }

    /// <summary>When it next needs attention, on the session's stopwatch.</summary>
    public TimeSpan NextDue => Warned ? _deadlines.Fail : _deadlines.Warn;

    /// <summary>True once the first stage of its deadline has passed.</summary>
    public bool Warned { get; set; }

    public CommandDeadlines Deadlines => _deadlines;

    public ValueTask<QmpReply> Task => new(this, 0);

    /// <summary>Lets a token answer the caller. Call it once, after the command was queued.</summary>
    public void Watch(CancellationToken cancellationToken)
    {
        _cancellation = cancellationToken.UnsafeRegister(static (state, token) => ((PendingCommand)state!).Cancel(token), this);
        if (IsClaimed)
        {
            _cancellation.Unregister();
        }
    }

    public bool TryComplete(QmpReply reply)
    {
        bool mine = Claim();
        if (mine)
        {
            _core.SetResult(reply);
        }

        return mine;
    }

    public bool TryFail(Exception error)
    {
        bool mine = Claim();
        if (mine)
        {
            _core.SetException(error);
        }

        return mine;
    }

    QmpReply IValueTaskSource<QmpReply>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<QmpReply>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<QmpReply>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken cancellationToken) => TryFail(new OperationCanceledException(cancellationToken));

    private bool Claim()
    {
        if (Interlocked.Exchange(ref _claimed, 1) != 0)
        {
            return false;
        }

        _cancellation.Unregister();
        return true;
    }
}
