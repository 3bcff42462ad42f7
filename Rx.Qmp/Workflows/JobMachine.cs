namespace Rx.Qmp;

/// <summary>
/// What to do about one job, decided from what was seen of it. Pure: no clock, no connection, not synchronised.
/// <code>
/// created → running ⇄ paused → (ready ⇄ standby) → waiting → (pending) → concluded → null
///                    any of these → aborting → concluded
/// </code>
/// QEMU may conclude a job before it answers the command that started it, and a job that dismisses itself is gone before it can be asked:
/// the events leave notes, and every verb is sent once.
/// </summary>
/// <param name="command">The name of the command that starts it, for errors.</param>
/// <param name="id">The job's id.</param>
/// <param name="options">What is done by itself.</param>
internal sealed class JobMachine(string command, string id, QmpJobOptions options)
{
    private JobVerb _underway;
    private bool _asked;
    private bool _accepted;
    private bool _gone;
    private bool _aborted;
    private bool _cancelled;
    private bool _awaitsFinalize;
    private bool _queryWanted;
    private bool _resultKnown;
    private bool _abandoned;
    private bool _completeSent;
    private bool _finalizeSent;
    private bool _cancelSent;
    private bool _dismissSent;
    private string? _error;

    /// <summary>Where it stands; null before anything is known.</summary>
    public QmpJobProgress? Progress { get; private set; }

    /// <summary>True when there is nothing left to do or to wait for.</summary>
    public bool Ended { get; private set; }

    /// <summary>What the stream fails with; null: nothing so far.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>True when the stream is over, though the job may not be.</summary>
    public bool IsOver => Ended || Failure is not null;

    private bool Concluded => Progress?.Status == "concluded";

    /// <summary>False for events that concern no job; <see cref="Saw"/> may be spared them.</summary>
    public static bool Concerns(QmpEvent item) =>
        item.Name == "JOB_STATUS_CHANGE" || item.Name.StartsWith("BLOCK_JOB_", StringComparison.Ordinal);

    /// <summary>An event came.</summary>
    public void Saw(QmpEvent item)
    {
        if (!_asked || Ended)
        {
            return;
        }

        var data = LenientJson.Parse(item.Data.Span, maxDepth: 8);
        if ((data.Member("id").AsText() ?? data.Member("device").AsText()) != id)
        {
            return;
        }

        switch (item.Name)
        {
            case "JOB_STATUS_CHANGE":
                SawStatus(data.Member("status").AsText());
                break;
            case "BLOCK_JOB_PENDING":
                _awaitsFinalize = true;
                break;
            case "BLOCK_JOB_COMPLETED":
                _error = data.Member("error").AsText() ?? _error;
                break;
            case "BLOCK_JOB_CANCELLED":
                _cancelled = true;
                break;
        }
    }

    /// <summary>It is time to look at the progress.</summary>
    public void Tick() => _queryWanted = _accepted;

    /// <summary>What was sent has been answered.</summary>
    /// <param name="fault">With an error; null: with success.</param>
    /// <param name="jobs">The answer to <see cref="JobVerb.Query"/>.</param>
    public void Answered(Exception? fault, JobReport[]? jobs = null)
    {
        var verb = _underway;
        _underway = JobVerb.None;
        if (fault is QmpDisconnectedException or OperationCanceledException)
        {
            Lost(fault);
            return;
        }

        switch (verb)
        {
            case JobVerb.Start:
                _accepted = fault is null;
                Failure ??= fault;
                Ended |= fault is not null;
                break;
            case JobVerb.Query:
                Learn(jobs);
                break;
            case JobVerb.Complete when fault is not null && Progress?.Status == "ready":
            case JobVerb.Finalize when fault is not null && Progress?.Status == "pending":
                // In any other status it went on by itself meanwhile, and the refusal means nothing.
                GiveUp(fault);
                break;
            case JobVerb.Cancel when fault is not null && !Concluded:
                Ended = true;
                break;
        }
    }

    /// <summary>The connection has ended.</summary>
    public void Lost(Exception cause)
    {
        Failure ??= Ended ? null : cause;
        Ended = true;
    }

    /// <summary>The stream fails while the job may run on.</summary>
    public void GiveUp(Exception fault)
    {
        if (!IsOver)
        {
            Failure = fault;
        }

        Abandon();
    }

    /// <summary>Nobody listens any more.</summary>
    public void Abandon()
    {
        _abandoned = true;
        Ended |= !options.CancelWhenAbandoned || !_asked;
    }

    /// <summary>Nothing more is waited for.</summary>
    public void Leave() => Ended = true;

    /// <summary>What to send now; the machine expects its answer. One thing at a time.</summary>
    public JobVerb Next()
    {
        if (Ended || _underway != JobVerb.None)
        {
            return JobVerb.None;
        }

        _underway = Choose();
        return _underway;
    }

    private JobVerb Choose()
    {
        if (!_asked)
        {
            _asked = true;
            return JobVerb.Start;
        }

        if (_gone)
        {
            return Conclude();
        }

        if (Concluded)
        {
            return !_resultKnown && !_abandoned ? JobVerb.Query
                : options.DismissWhenConcluded && Once(ref _dismissSent) ? JobVerb.Dismiss
                : Conclude();
        }

        if (_abandoned)
        {
            return Once(ref _cancelSent) ? JobVerb.Cancel : JobVerb.None;
        }

        if (options.CompleteWhenReady && Progress?.Status == "ready" && Once(ref _completeSent))
        {
            return JobVerb.Complete;
        }

        if (options.FinalizeWhenPending && _awaitsFinalize && Progress?.Status == "pending" && Once(ref _finalizeSent))
        {
            return JobVerb.Finalize;
        }

        return _queryWanted ? JobVerb.Query : JobVerb.None;
    }

    private JobVerb Conclude()
    {
        if (_error is not null || _aborted || _cancelled)
        {
            Failure ??= new QmpJobException(command, id, _error, _cancelled);
        }

        Ended = true;
        return JobVerb.None;
    }

    private void SawStatus(string? status)
    {
        switch (status)
        {
            case null:
                return;
            case "created" when !_accepted:
                // Whatever was noted before was about another job of that name, which is gone.
                (_gone, _aborted, _cancelled, _awaitsFinalize, _error) = (false, false, false, false, null);
                break;
            case "null":
                _gone = true;
                return;
            case "aborting":
                _aborted = true;
                break;
            case "pending":
                // Only QEMU can tell whether it stays there: the job may finalize itself.
                _queryWanted = true;
                break;
        }

        Progress = (Progress ?? new QmpJobProgress(id, status)) with { Status = status };
    }

    private void Learn(JobReport[]? jobs)
    {
        _queryWanted = false;

        // No answer at all, or none about this job: then the notes decide.
        var info = jobs?.FirstOrDefault(item => item.Id == id);
        _gone |= jobs is not null && info is null;
        _resultKnown = Concluded;
        if (info is null)
        {
            return;
        }

        _error = info.Error ?? _error;
        var status = Concluded ? "concluded" : info.Status ?? Progress?.Status ?? "created";
        _awaitsFinalize |= status == "pending";
        _aborted |= status == "aborting";
        _resultKnown = status == "concluded";
        Progress = new QmpJobProgress(id, status, info.Type ?? Progress?.Type, info.Current, info.Total);
    }

    private static bool Once(ref bool sent)
    {
        var first = !sent;
        sent = true;
        return first;
    }
}
