using System.Reactive;
using System.Reactive.Concurrency;

namespace Rx.Vm.Testing;

/// <summary>
/// Writes down what a stream of a running program does, with times of an injected scheduler, to render it as a diagram and paste it into
/// a test. Keeps the last notifications only.
/// </summary>
/// <remarks>
/// May be called from several threads; times are since the recorder was made, immune to steps of the wall clock, and never go back. Does
/// not forward: put it beside the observers that do the work. Holds values as they are; a value that changes later is seen changed.
/// </remarks>
/// <typeparam name="T">The value type.</typeparam>
public sealed class MarbleRecorder<T> : IObserver<T>, IDisposable
{
    /// <summary>How many notifications are kept unless said otherwise.</summary>
    public const int DefaultCapacity = 1024;

    private readonly Lock _gate = new();
    private readonly Queue<MarbleEvent<T>> _events = new();
    private readonly IStopwatch _clock;
    private readonly int _capacity;
    private IDisposable? _subscription;
    private TimeSpan _last;
    private bool _disposed;

    /// <summary>A recorder that begins now.</summary>
    /// <param name="scheduler">Where time comes from; nothing is scheduled on it.</param>
    /// <param name="capacity">How many notifications are kept; over it the oldest goes.</param>
    public MarbleRecorder(IScheduler scheduler, int capacity = DefaultCapacity)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _clock = scheduler.StartStopwatch();
        _capacity = capacity;
    }

    /// <summary>How many notifications were dropped for newer ones.</summary>
    public long Dropped { get; private set; }

    /// <summary>A recorder subscribed to <paramref name="stream"/>, until it is disposed.</summary>
    public static MarbleRecorder<T> Of(IObservable<T> stream, IScheduler scheduler, int capacity = DefaultCapacity)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var recorder = new MarbleRecorder<T>(scheduler, capacity);
        recorder.Own(stream.Subscribe(recorder));
        return recorder;
    }

    /// <summary>What is kept so far.</summary>
    public MarbleRecording<T> ToRecording()
    {
        lock (_gate)
        {
            return new(_events);
        }
    }

    /// <inheritdoc/>
    public void OnNext(T value) => Keep(Notification.CreateOnNext(value));

    /// <inheritdoc/>
    public void OnError(Exception error) => Keep(Notification.CreateOnError<T>(error));

    /// <inheritdoc/>
    public void OnCompleted() => Keep(Notification.CreateOnCompleted<T>());

    /// <summary>Ends the recording; what is kept stays.</summary>
    public void Dispose()
    {
        IDisposable? subscription;
        lock (_gate)
        {
            _disposed = true;
            subscription = _subscription;
        }

        subscription?.Dispose();
    }

    private void Own(IDisposable subscription)
    {
        bool late;
        lock (_gate)
        {
            _subscription = subscription;
            late = _disposed;
        }

        if (late)
        {
            subscription.Dispose();
        }
    }

    private void Keep(Notification<T> notification)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            if (_events.Count == _capacity)
            {
                _events.Dequeue();
                Dropped++;
            }

            var now = _clock.Elapsed;
            _last = now > _last ? now : _last;
            _events.Enqueue(new(_last, notification));
        }
    }
}
