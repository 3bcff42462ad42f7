namespace Rx.Vm.Guest;

/// <summary>A process's output as an observable, for those who compose rather than read.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>Serialization: one loop a subscription calls its observer; OnNext never overlaps.</item>
/// <item>Terminal: OnCompleted behind the last byte that came, with the machine at the latest; never OnError. Nothing follows.</item>
/// <item>Disposal: idempotent, from any thread and from within OnNext; a call that has begun is not waited for, and none begins once the loop
/// has seen it. The reader leaves at once, so that nobody waits for it.</item>
/// <item>Errors: an observer that throws ends its own subscription, as if disposed; the exception goes nowhere else, so that neither the
/// machine nor another reader suffers.</item>
/// <item>Back-pressure: the next piece is taken when OnNext has returned; what becomes of output meanwhile is the stream's policy.</item>
/// <item>Scheduler: none; OnNext runs inside Subscribe for bytes that are there, later on the thread pool, with inline continuations on the
/// thread that brings the bytes.</item>
/// <item>Temperature: each subscription reads for itself, from the position it was made for; bytes before that are not kept for it.</item>
/// <item>Races: disposal against a wait for bytes wakes that wait; against bytes that arrive, one of both is seen first. Bytes are copies
/// and may be kept.</item>
/// </list>
/// </remarks>
internal sealed class OutputObservable(OutputLog log, long? from) : IObservable<OutputPiece>
{
    /// <summary>Largest piece.</summary>
    public const int Piece = 64 << 10;

    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<OutputPiece> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var reader = log.Attach(from);

        // Where a process writes faster than the observer takes it there would never be nothing to take, and no subscription to end.
        _ = RunAsync(reader, observer, log.IsInline ? long.MaxValue : log.Received);
        return reader;
    }

    private static async Task RunAsync(OutputReader reader, IObserver<OutputPiece> observer, long there)
    {
        try
        {
            while (await reader.WaitAsync().ConfigureAwait(false))
            {
                while (reader.Take(Piece) is { } piece)
                {
                    observer.OnNext(piece);
                    if (reader.Position >= there)
                    {
                        there = long.MaxValue;
                        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                    }
                }
            }

            if (!reader.IsGone)
            {
                observer.OnCompleted();
            }
        }
        catch (Exception)
        {
            // The observer's own: it has ended its subscription, and there is nobody to tell.
        }
        finally
        {
            reader.Dispose();
        }
    }
}
