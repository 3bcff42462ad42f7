using System.Reactive;
using Rx.Vm.Testing.Notation;

namespace Rx.Vm.Testing.Running;

/// <summary>
/// Subscribes a stream for a window, writes down what it does, and what it must not do: notifications after the end, overlapping ones,
/// ones from another thread, ones after disposal.
/// </summary>
internal sealed class Watch<T>(MarbleRun run, IObservable<T> stream) : IObserver<T>, IDisposable
{
    private const int MostViolations = 5;

    private readonly Lock _gate = new();
    private readonly List<MarbleEvent<T>> _events = [];
    private readonly List<string> _violations = [];
    private IDisposable? _subscription;
    private TimeSpan? _begin;
    private TimeSpan? _end;
    private int _inside;
    private bool _over;
    private bool _disposed;

    /// <summary>Called with each value, inside the stream's call.</summary>
    public Action<T>? React { get; set; }

    /// <summary>Whether it is subscribed to a stream that has not ended.</summary>
    public bool IsOpen => _begin is not null && !_over && !_disposed;

    /// <summary>What was seen.</summary>
    public MarbleRecording<T> Recording => new(_events);

    /// <summary>What the stream must not have done.</summary>
    public IReadOnlyList<string> Violations => _violations;

    /// <summary>From when until when it was subscribed.</summary>
    public MarbleWindow? Window => _begin is { } begin ? new(begin, _end) : null;

    /// <summary>Subscribes now, or at the window's beginning, and ends the subscription at its end.</summary>
    public void Attach(MarbleWindow? window)
    {
        _end = window?.Unsubscribe;
        if (window is { } later && later.Subscribe > run.Now)
        {
            run.AtOnce(later.Subscribe, Subscribe);
        }
        else
        {
            Subscribe();
        }

        if (_end is { } end)
        {
            run.AtOnce(end, Dispose);
        }
    }

    public void OnNext(T value) => Notice(Notification.CreateOnNext(value), () => React?.Invoke(value));

    public void OnError(Exception error) => Notice(Notification.CreateOnError<T>(error), null);

    public void OnCompleted() => Notice(Notification.CreateOnCompleted<T>(), null);

    public void Dispose()
    {
        _disposed = true;
        _subscription?.Dispose();
    }

    private void Subscribe()
    {
        _begin = run.Now;
        var subscription = stream.Subscribe(this);
        _subscription = subscription;
        if (_disposed)
        {
            subscription.Dispose();
        }
    }

    private void Notice(Notification<T> notification, Action? react)
    {
        var overlaps = Interlocked.Increment(ref _inside) > 1;
        try
        {
            lock (_gate)
            {
                // Half-open whatever the order of work at this instant: what comes at the window's end is not seen.
                if (run.Now >= _end && !_disposed)
                {
                    return;
                }

                Judge(notification, overlaps);
                _events.Add(new(run.Now, notification));
                _over |= notification.Kind != NotificationKind.OnNext;
            }

            react?.Invoke();
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    private void Judge(Notification<T> notification, bool overlaps)
    {
        var what = _disposed ? "after its subscription was disposed"
            : _over ? "after it had ended"
            : overlaps ? "while an earlier call was still running"
            : Environment.CurrentManagedThreadId != run.ThreadId ? "on another thread than that of the run"
            : null;
        if (what is not null && _violations.Count < MostViolations)
        {
            var value = notification.Kind == NotificationKind.OnNext ? $" {ValueText.Of(notification.Value)}" : "";
            _violations.Add($"called {notification.Kind}{value} {what}, at {Durations.Words(run.Now.Ticks)}");
        }
    }
}
