namespace Rx.Qmp.Session;

/// <summary>
/// One call of Execute: what to send, by when, and the caller who waits. Whoever claims it first (reply, error, deadline,
/// cancellation, loss of the connection) answers the caller; the others find it claimed. Being answered does not free its place in
/// flight: only the server's reply does.
/// </summary>
internal abstract class PendingCommand
{
    private readonly CommandDeadlines _deadlines;
    private CancellationTokenRegistration _cancellation;
    private int _claimed;
    private int _batch;

    /// <param name="command">What to send.</param>
    /// <param name="deadlines">By when.</param>
    /// <param name="outOfBand">True: ahead of whatever waits or runs.</param>
    protected PendingCommand(QmpCommand command, CommandDeadlines deadlines, bool outOfBand)
    {
        Command = command;
        OutOfBand = outOfBand;
        _deadlines = deadlines;
        Warned = deadlines.Warn >= deadlines.Fail;
    }

    public QmpCommand Command { get; }

    public bool OutOfBand { get; }

    /// <summary>True once the caller has been, or is being, answered.</summary>
    public bool IsClaimed => Volatile.Read(ref _claimed) != 0;

    /// <summary>The latest error without id that arrived while this was in flight.</summary>
    public QmpError? Unattributed { get; set; }

    /// <summary>When it next needs attention, on the session's stopwatch.</summary>
    public TimeSpan NextDue => Warned ? _deadlines.Fail : _deadlines.Warn;

    /// <summary>True once it is on its way to the server.</summary>
    public bool IsSent => Batch != 0;

    /// <summary>The number of the write it went out with; 0: none yet.</summary>
    public int Batch
    {
        get => Volatile.Read(ref _batch);
        set => Volatile.Write(ref _batch, value);
    }

    /// <summary>True once the first stage of its deadline has passed.</summary>
    public bool Warned { get; set; }

    /// <summary>Follows it for whoever listens; null: nobody. Set it before the command is queued.</summary>
    public CommandTrace? Trace { get; set; }

    public CommandDeadlines Deadlines => _deadlines;

    /// <summary>Lets a token answer the caller. Call it once, after the command was queued.</summary>
    public void Watch(CancellationToken cancellationToken)
    {
        _cancellation = cancellationToken.UnsafeRegister(
            static (state, token) => ((PendingCommand)state!).TryFail(new OperationCanceledException(token)), this);
        if (IsClaimed)
        {
            _cancellation.Unregister();
        }
    }

    /// <summary>Reads the value of a reply that may hold more than the value. Reader loop only.</summary>
    /// <returns>True if it is one whole value of the right shape; then <see cref="TryDeliver"/> hands it over.</returns>
    public abstract bool TryRead(ReadOnlySpan<byte> value);

    /// <summary>Answers the caller with what <see cref="TryRead"/> read.</summary>
    public bool TryDeliver()
    {
        var mine = Claim();
        if (mine)
        {
            Trace?.End(null);
            Deliver();
        }

        return mine;
    }

    /// <summary>Answers the caller with a value that is known to be one, or with why it does not fit.</summary>
    public bool TryComplete(ReadOnlySpan<byte> value)
    {
        if (IsClaimed)
        {
            return false;
        }

        var fault = Read(value);
        return fault is null ? TryDeliver() : TryFail(fault);
    }

    public bool TryFail(Exception error)
    {
        var mine = Claim();
        if (mine)
        {
            Trace?.End(error);
            Fail(error);
        }

        return mine;
    }

    /// <summary>Reads the value and keeps the result.</summary>
    /// <returns>Null, or why it does not fit.</returns>
    protected abstract Exception? Read(ReadOnlySpan<byte> value);

    protected abstract void Deliver();

    protected abstract void Fail(Exception error);

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
