using System.IO.Pipelines;

namespace Rx.Vm.Guest;

/// <summary>Bytes as an observable, for those who compose rather than read.</summary>
internal static class PipeReaderObservable
{
    /// <summary>
    /// A pipe's bytes as they come, in order, in chunks of any size. The reader belongs to the observable from its first subscription on
    /// and is completed when that ends.
    /// </summary>
    /// <remarks>
    /// <list type="bullet">
    /// <item>Serialization: one loop calls the observer; OnNext never overlaps.</item>
    /// <item>
    /// Terminal: OnCompleted behind the last byte; OnError only if the writer completed the pipe with an exception. Nothing follows.
    /// </item>
    /// <item>Disposal: idempotent, from any thread and from within OnNext; no OnNext begins after it, and none is waited for. The reader is
    /// completed, so the writer stops waiting.</item>
    /// <item>Errors: an observer that throws ends its own subscription, as if disposed; the exception goes nowhere else, so that neither
    /// the channel nor another stream suffers.</item>
    /// <item>Back-pressure: the next read waits until OnNext has returned, and the pipe's thresholds do the rest.</item>
    /// <item>Scheduler: none; OnNext runs inside Subscribe for bytes that are there, then on the pipe's reader scheduler.</item>
    /// <item>Temperature: cold and for one subscription; a second gets OnError with InvalidOperationException at once.</item>
    /// <item>Races: disposal against a pending read is settled by the pipe's own cancellation. Chunks are copies and may be kept.</item>
    /// </list>
    /// </remarks>
    public static IObservable<ReadOnlyMemory<byte>> AsObservable(this PipeReader reader) => new Source(reader);

    private sealed class Source(PipeReader reader) : IObservable<ReadOnlyMemory<byte>>
    {
        private int _isTaken;

        public IDisposable Subscribe(IObserver<ReadOnlyMemory<byte>> observer)
        {
            ArgumentNullException.ThrowIfNull(observer);
            if (Interlocked.Exchange(ref _isTaken, 1) != 0)
            {
                observer.OnError(new InvalidOperationException("the bytes of a stream can be observed once"));
                return System.Reactive.Disposables.Disposable.Empty;
            }

            var subscription = new Subscription(reader, observer);
            _ = subscription.RunAsync();
            return subscription;
        }
    }

    private sealed class Subscription(PipeReader reader, IObserver<ReadOnlyMemory<byte>> observer) : IDisposable
    {
        private volatile bool _isDisposed;

        public void Dispose()
        {
            _isDisposed = true;
            reader.CancelPendingRead();
        }

        public async Task RunAsync()
        {
            Exception? error = null;
            var isEnd = false;
            try
            {
                while (!isEnd && !_isDisposed)
                {
                    isEnd = await ReadAsync().ConfigureAwait(false);
                }
            }
            catch (ObserverException)
            {
                _isDisposed = true;
            }
            catch (Exception e)
            {
                error = e;
            }

            reader.Complete();
            Finish(error);
        }

        private async ValueTask<bool> ReadAsync()
        {
            var result = await reader.ReadAsync().ConfigureAwait(false);
            foreach (var segment in result.Buffer)
            {
                if (_isDisposed)
                {
                    break;
                }

                Deliver(segment.ToArray());
            }

            reader.AdvanceTo(result.Buffer.End);
            return result.IsCompleted;
        }

        private void Deliver(byte[] chunk)
        {
            try
            {
                observer.OnNext(chunk);
            }
            catch (Exception e)
            {
                throw new ObserverException(e);
            }
        }

        private void Finish(Exception? error)
        {
            if (_isDisposed)
            {
                return;
            }

            try
            {
                if (error is null)
                {
                    observer.OnCompleted();
                }
                else
                {
                    observer.OnError(error);
                }
            }
            catch (Exception)
            {
                // The observer's own failure at its own end: there is nobody left to tell.
            }
        }
    }

    /// <summary>Tells the observer's exception from the pipe's.</summary>
    private sealed class ObserverException(Exception inner) : Exception(null, inner);
}
