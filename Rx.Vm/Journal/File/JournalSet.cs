using System.Collections.Concurrent;
using System.Reactive.Concurrency;
using System.Security.Cryptography;
using Rx.Vm.Lifecycle;
using Rx.Vm.Reactive;
using Serilog;

namespace Rx.Vm.Journal;

/// <summary>The journals of a host: opens them, and waits at the end for their files.</summary>
internal sealed class JournalSet(JournalOptions options, VmSchedulers schedulers, bool inline)
{
    // Writers wait for disks: a few threads do it for all machines, and never those that observers are called on.
    private static readonly IScheduler Writers =
        new TaskPoolScheduler(new TaskFactory(new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, 4).ConcurrentScheduler));

    private readonly ConcurrentDictionary<VmJournal, bool> _open = new();

    /// <summary>
    /// A journal for the machine that begins with <paramref name="fold"/>, with a file if there is to be one. A path of the machine's own
    /// must be good; a directory of the host's that is not costs the file only.
    /// </summary>
    /// <exception cref="JournalException">The file at <paramref name="path"/> can't be created.</exception>
    public VmJournal Open(VmFold fold, string? path, ILogger log)
    {
        var header = new JournalHeader
        {
            VmId = fold.State.VmId,
            Keep = fold.Core.Keep,
            Timeouts = fold.Timeouts,
            CreatedAt = schedulers.Time.Now,
        };
        try
        {
            var target = path is not null ? JournalFileTarget.Replace(path)
                : options.Directory is { } directory ? JournalFileTarget.Add(directory, FileName(header))
                : null;
            return target is null
                ? new VmJournal(header, options.Capacity, null, JournalStatus.None)
                : Keep(new VmJournal(header, options.Capacity, Queue(header, target, target.Path, log), JournalStatus.None));
        }
        catch (JournalException e) when (path is null)
        {
            VmLog.JournalTrouble(log, options.Directory!, e);
            var failed = JournalStatus.None with { State = JournalState.Failed, Error = e.Message };
            return new VmJournal(header, options.Capacity, null, failed);
        }
    }

    /// <summary>The queue of <paramref name="target"/>, which it owns.</summary>
    public JournalQueue Queue(JournalHeader header, IJournalTarget target, string path, ILogger log)
    {
        var batch = new JournalBatch(header, RandomNumberGenerator.GetBytes(JournalFormat.SaltBytes));
        var writer = new JournalWriter(target, path, batch, options, fault => VmLog.JournalTrouble(log, path, fault));
        return new JournalQueue(writer, inline ? schedulers.Notify : Writers, options.QueueCapacity, inline);
    }

    /// <summary>Completes when every file is closed, which a disk that hangs may put off for ever. To be called when the machines have
    /// gone.</summary>
    public Task ClosedAsync() => Task.WhenAll(_open.Keys.Select(journal => journal.Closed));

    private VmJournal Keep(VmJournal journal)
    {
        _open[journal] = true;
        _ = journal.Closed.ContinueWith(
            _ => _open.TryRemove(journal, out var _),
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return journal;
    }

    private static string FileName(JournalHeader header) =>
        FormattableString.Invariant($"{header.VmId}.{header.CreatedAt.UtcDateTime:yyyyMMdd'T'HHmmss'.'fff'Z'}");
}
