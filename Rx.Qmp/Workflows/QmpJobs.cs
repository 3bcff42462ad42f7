using System.Reactive.Disposables;
using System.Reactive.Linq;

namespace Rx.Qmp;

/// <summary>Jobs from their start to their end: the command that starts one is answered long before it is done.</summary>
public static class QmpJobs
{
    /// <summary>
    /// A job as a stream. Cold: every subscription sends the command and follows its job, listening before it asks. Emits the status and
    /// progress whenever either changes, first the one the job was created with; a subscriber that falls behind misses the oldest. Runs
    /// where <see cref="QmpClient.Events"/> does. Completes when the job concluded without error; errors with
    /// <see cref="QmpJobException"/> when it failed or was cancelled, <see cref="QmpCommandException"/> when QEMU refused to start or
    /// complete it, <see cref="QmpDisconnectedException"/> when the connection ended, <see cref="QmpTimeoutException"/> when it took too
    /// long, or its start was not answered in time (it may run then). Disposing cancels the job unless the options say otherwise.
    /// </summary>
    /// <param name="client">The client, connected before the subscription.</param>
    /// <param name="command">What starts it: blockdev-create, blockdev-backup, blockdev-mirror, block-commit, block-stream, snapshot-save,
    /// … Where auto-dismiss exists and is not stated it becomes false, so that the error can be asked for; likewise the job-id of block
    /// jobs.</param>
    /// <param name="jobId">The job's id.</param>
    /// <param name="options">What is done by itself; null: the defaults, which see it through.</param>
    /// <returns>The stream.</returns>
    /// <exception cref="ArgumentException">The command starts a job of another id, or the id is none.</exception>
    public static IObservable<QmpJobProgress> RunJob(
        this QmpClient client, QmpCommand command, string jobId, QmpJobOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(command);
        QmpId.Check(jobId, nameof(jobId));
        options ??= new QmpJobOptions();
        options.Validate();
        var prepared = JobCommand.Prepare(command, jobId);
        return Observable.Create<QmpJobProgress>(observer =>
        {
            var connection = new CancellationDisposable();
            var running = new SingleAssignmentDisposable();
            _ = BeginAsync(client, prepared, jobId, options, observer, running, connection.Token);
            return StableCompositeDisposable.Create(connection, running);
        });
    }

    private static async Task BeginAsync(
        QmpClient client,
        QmpCommand command,
        string jobId,
        QmpJobOptions options,
        IObserver<QmpJobProgress> observer,
        SingleAssignmentDisposable running,
        CancellationToken disposed)
    {
        try
        {
            var limit = options.Timeout ?? client.Options.TimeoutOf(command);
            var (session, left) = await client.BindAsync(command.Name, limit, disposed).ConfigureAwait(false);
            var run = new JobRun(session, command, jobId, options.Timeout is null ? options : options with { Timeout = left }, observer);
            running.Disposable = run;
            if (!running.IsDisposed)
            {
                run.Begin();
            }
        }
        catch (OperationCanceledException) when (disposed.IsCancellationRequested)
        {
            // Nobody listens any more, and nothing was started.
        }
        catch (Exception fault)
        {
            client.Fail(observer, JobRun.Policy, fault);
        }
    }

    /// <inheritdoc cref="RunJob(QmpClient, QmpCommand, string, QmpJobOptions?)"/>
    /// <typeparam name="TResult">What the command itself returns.</typeparam>
    public static IObservable<QmpJobProgress> RunJob<TResult>(
        this QmpClient client, IQmpCommand<TResult> command, string jobId, QmpJobOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(command);
        return client.RunJob(command.Encode(), jobId, options);
    }
}
