using System.Diagnostics.CodeAnalysis;
using System.Reactive.Disposables;
using System.Threading.Channels;
using Rx.Qmp.Isolation;
using Rx.Qmp.Session;

namespace Rx.Qmp;

/// <summary>
/// Events to be pulled, bounded by the same policies as a subscription. Nobody slows the server down by not reading. Ends like the stream
/// it reads: what waits can still be read, then <see cref="ChannelReader{T}.Completion"/> is done; with
/// <see cref="QmpEventOverflow.Fail"/> what waits is gone and reading fails. May be read from several threads.
/// </summary>
public sealed class QmpEventReader : ChannelReader<QmpEvent>, IDisposable
{
    private readonly Lock _gate = new();
    private readonly QmpEventBuffer _buffer;
    private readonly Backlog<QmpEvent> _items;
    private readonly SingleAssignmentDisposable _subscription = new();
    private readonly TaskCompletionSource _completion;
    private readonly bool _inline;
    private readonly SessionCounters _counters;
    private TaskCompletionSource<bool>? _waiter;
    private bool _ended;
    private Exception? _fault;
    private QmpEventLoss _loss;
    private QmpEventLoss _lossTold;

    internal QmpEventReader(QmpEventBuffer buffer, bool inline, SessionCounters counters)
    {
        (_buffer, _counters) = (buffer, counters);
        _items = buffer.NewBacklog<QmpEvent>();
        _inline = inline;
        _completion = new(SchedulerDelay.Options(inline));
    }

    /// <summary>What this reader has lost so far.</summary>
    public QmpEventLoss Loss
    {
        get
        {
            lock (_gate)
            {
                return _loss;
            }
        }
    }

    /// <inheritdoc/>
    public override Task Completion => _completion.Task;

    /// <inheritdoc/>
    public override bool CanCount => true;

    /// <inheritdoc/>
    public override int Count
    {
        get
        {
            lock (_gate)
            {
                return _items.Count;
            }
        }
    }

    /// <summary>Takes the next event. Where events were lost before it, <see cref="QmpEventBuffer.OnLoss"/> is called first, on this thread,
    /// and what that throws is thrown here.</summary>
    /// <param name="item">The event.</param>
    /// <returns>False if none waits.</returns>
    public override bool TryRead([MaybeNullWhen(false)] out QmpEvent item)
    {
        bool any;
        bool last;
        QmpEventLoss? loss = null;
        lock (_gate)
        {
            any = _items.TryTake(out item);
            last = _ended && _items.Count == 0;
            if (any && _loss != _lossTold)
            {
                loss = _lossTold = _loss;
            }
        }

        if (last)
        {
            Finish();
        }

        if (loss is { } now)
        {
            _buffer.OnLoss?.Invoke(now);
        }

        return any;
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Task<bool> wait;
        lock (_gate)
        {
            if (_items.Count > 0)
            {
                return true;
            }

            if (_ended)
            {
                return _fault is null ? false : throw _fault;
            }

            // All who wait share one signal, and ask again when it came.
            wait = (_waiter ??= new(SchedulerDelay.Options(_inline))).Task;
        }

        return await wait.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops: nothing more comes in. What waits can still be read.</summary>
    public void Dispose()
    {
        _subscription.Dispose();
        End(null);
    }

    /// <summary>Takes over what feeds it.</summary>
    internal void Begin(IDisposable subscription) => _subscription.Disposable = subscription;

    /// <summary>An event came.</summary>
    internal void Add(QmpEvent item)
    {
        QmpEventOverflowException? overflow = null;
        TaskCompletionSource<bool>? waiter;
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            switch (_items.Add(item))
            {
                case BacklogOutcome.Dropped:
                    Interlocked.Increment(ref _counters.DroppedEvents);
                    _loss = _loss with { Dropped = _loss.Dropped + 1 };
                    break;
                case BacklogOutcome.Replaced:
                    Interlocked.Increment(ref _counters.DroppedEvents);
                    _loss = _loss with { Replaced = _loss.Replaced + 1 };
                    break;
                case BacklogOutcome.Full:
                    overflow = new QmpEventOverflowException(_buffer.Capacity);
                    _items.Clear();
                    break;
            }

            waiter = _waiter;
            _waiter = null;
        }

        if (overflow is not null)
        {
            _subscription.Dispose();
            End(overflow);
        }

        waiter?.TrySetResult(true);
    }

    /// <summary>Nothing more comes.</summary>
    internal void End(Exception? fault)
    {
        TaskCompletionSource<bool>? waiter;
        bool last;
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            (_ended, _fault) = (true, fault);
            waiter = _waiter;
            _waiter = null;
            last = _items.Count == 0;
        }

        if (last)
        {
            Finish();
        }

        if (fault is null)
        {
            waiter?.TrySetResult(false);
        }
        else
        {
            waiter?.TrySetException(fault);
        }
    }

    private void Finish()
    {
        if (_fault is null)
        {
            _completion.TrySetResult();
        }
        else if (_completion.TrySetException(_fault))
        {
            // Readers get the error from reading; whoever does not look at the completion has not overlooked anything.
            _ = _completion.Task.Exception;
        }
    }
}
