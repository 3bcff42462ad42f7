using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Rx.Qmp.Isolation;
using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Attendance;

/// <summary>
/// Tells when the guest falls silent and when it speaks again. It is pinged when nothing was heard of it for the ping time, and is silent when
/// it has said nothing two seconds after that. How long it may be silent is the fold's.
/// </summary>
/// <param name="time">Where time comes from.</param>
/// <param name="times">The ping time, and with it how soon it is silent.</param>
/// <param name="ping">Asks for a sign of life; its answer is told to <see cref="Alive"/> as anything else.</param>
/// <param name="tell">Hears of each change.</param>
internal sealed class KeepAlive(IScheduler time, VmTimeouts times, Action ping, Action<Sight> tell) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SerialDisposable _timer = new();
    private readonly IStopwatch _clock = time.StartStopwatch();
    private TimeSpan _heard;
    private bool _awaits;
    private bool _silent;
    private bool _paused = true;

    /// <summary>The guest is there, or its processors go on: it is expected to speak.</summary>
    public void Resume()
    {
        lock (_gate)
        {
            (_heard, _awaits, _silent, _paused) = (_clock.Elapsed, false, false, false);
        }

        Arm(times.Ping);
    }

    /// <summary>Its processors stand still: nothing is expected of it.</summary>
    public void Pause()
    {
        lock (_gate)
        {
            _paused = true;
        }

        _timer.Disposable = Disposable.Empty;
    }

    /// <summary>It has said something.</summary>
    public void Alive()
    {
        bool speaks;
        lock (_gate)
        {
            _heard = _clock.Elapsed;
            speaks = _silent;
            _silent = false;
        }

        if (speaks)
        {
            tell(new Sight(FactKind.Speaking));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Pause();
        _timer.Dispose();
    }

    // One timer that looks back, not one for each sign of life.
    private void Arm(TimeSpan after)
    {
        if (times.Ping >= TimeSpan.Zero && !_timer.IsDisposed)
        {
            _timer.Disposable = time.Schedule(this, after, static (_, keep) =>
            {
                keep.Look();
                return Disposable.Empty;
            });
        }
    }

    private void Look()
    {
        TimeSpan quiet;
        bool falls;
        bool asks;
        var patience = TreeLimits.SilentAfter(times);
        lock (_gate)
        {
            if (_paused)
            {
                return;
            }

            quiet = _clock.Elapsed - _heard;
            falls = _awaits && !_silent && quiet >= times.Ping + patience;
            asks = !falls && !_silent && quiet >= times.Ping;
            _silent |= falls;
            _awaits = asks;
        }

        if (falls)
        {
            tell(new Sight(FactKind.Silent));
        }

        if (asks)
        {
            ping();
        }

        Arm(asks ? patience : quiet < times.Ping ? times.Ping - quiet : times.Ping);
    }
}
