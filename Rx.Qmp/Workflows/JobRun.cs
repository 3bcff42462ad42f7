using System.Reactive;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Rx.Qmp.Isolation;
using Rx.Qmp.Session;

namespace Rx.Qmp;

/// <summary>One subscription to a job: does what its machine says. Events and replies come from any thread; the lock covers the machine
/// only, and nothing foreign runs under it.</summary>
internal sealed class JobRun : IDisposable
{
    internal static readonly DeliveryPolicy<QmpJobProgress> Policy = DeliveryPolicy<QmpJobProgress>.DropOldest(64);

    private readonly Lock _gate = new();
    private readonly QmpSession _session;
    private readonly QmpCommand _command;
    private readonly string _id;
    private readonly QmpJobOptions _options;
    private readonly JobMachine _machine;
    private readonly ObserverQueue<QmpJobProgress> _observer;
    private readonly CompositeDisposable _resources = [];
    private readonly SerialDisposable _grace = new();
    private QmpJobProgress? _told;
    private bool _toldEnd;
    private bool _abandoned;

    public JobRun(QmpSession session, QmpCommand command, string id, QmpJobOptions options, IObserver<QmpJobProgress> observer)
    {
        (_session, _command, _id, _options) = (session, command, id, options);
        _machine = new JobMachine(command.Name, id, options);
        _observer = session.Serve(observer, Policy, _ => Abandon());
    }

    /// <summary>Listens, then starts the job.</summary>
    public void Begin()
    {
        var scheduler = _session.Options.Scheduler;
        _resources.Add(_grace);
        _resources.Add(scheduler.Schedule(_options.PollInterval, again =>
        {
            Change(static machine => machine.Tick());
            again(_options.PollInterval);
        }));
        if (_options.Timeout is { } timeout)
        {
            _resources.Add(scheduler.Schedule(timeout, () => GiveUp(new QmpTimeoutException(_command.Name, timeout))));
        }

        // The machine listens from the moment it asks, which is here: everything up to the reply may be about this job.
        var verb = Decide(null);
        _resources.Add(_session.Tap(Observer.Create<QmpEvent>(
            See,
            () => Change(machine => machine.Lost(_session.Disconnected(_command.Name))))));
        Perform(verb);
    }

    /// <summary>Nobody listens any more; the job is dealt with as the options say.</summary>
    public void Dispose() => _observer.Stop();

    private void See(QmpEvent item)
    {
        if (JobMachine.Concerns(item))
        {
            Change(machine => machine.Saw(item));
        }
    }

    private void GiveUp(Exception fault)
    {
        Change(machine => machine.GiveUp(fault));
        Abandon();
    }

    private void Abandon()
    {
        lock (_gate)
        {
            if (_abandoned)
            {
                return;
            }

            _abandoned = true;
        }

        Change(static machine => machine.Abandon());
        bool waits;
        lock (_gate)
        {
            waits = !_machine.Ended;
        }

        if (waits)
        {
            _grace.Disposable = _session.Options.Scheduler.Schedule(
                _options.CancelGrace, () => Change(static machine => machine.Leave()));
        }
    }

    private void Change(Action<JobMachine> change) => Perform(Decide(change));

    private JobVerb Decide(Action<JobMachine>? change)
    {
        JobVerb verb;
        lock (_gate)
        {
            change?.Invoke(_machine);
            verb = _machine.Next();
            Report();
        }

        _observer.Deliver();
        return verb;
    }

    private void Report()
    {
        if (_toldEnd)
        {
            return;
        }

        if (_machine.Progress is { } progress && progress != _told)
        {
            _told = progress;
            _observer.Add(progress);
        }

        if (_machine.IsOver)
        {
            _toldEnd = true;
            _observer.AddCompletion(_machine.Failure);
        }
    }

    private void Perform(JobVerb verb)
    {
        bool ended;
        lock (_gate)
        {
            ended = _machine.Ended;
        }

        if (ended)
        {
            _resources.Dispose();
        }
        else if (verb != JobVerb.None)
        {
            _ = PerformAsync(verb);
        }
    }

    private async Task PerformAsync(JobVerb verb)
    {
        Exception? fault = null;
        JobReport[]? jobs = null;
        try
        {
            if (verb == JobVerb.Query)
            {
                jobs = await _session.ExecuteAsync(JobReport.QueryAll, false, CancellationToken.None).ConfigureAwait(false);
            }
            else
            {
                await _session.ExecuteAsync(CommandFor(verb), false, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception error)
        {
            fault = error;
        }

        Change(machine => machine.Answered(fault, jobs));
    }

    private QmpCommand CommandFor(JobVerb verb) => verb switch
    {
        JobVerb.Start => _command,
        JobVerb.Complete => Verb("job-complete"),
        JobVerb.Finalize => Verb("job-finalize"),
        JobVerb.Cancel => Verb("job-cancel"),
        _ => Verb("job-dismiss"),
    };

    private QmpCommand Verb(string name) => QmpCommand.Create(name, writer => writer.WriteString("id"u8, _id));
}
