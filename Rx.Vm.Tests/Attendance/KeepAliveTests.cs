using Microsoft.Reactive.Testing;
using Rx.Vm.Attendance;
using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Tests.Attendance;

/// <summary>When a guest is asked for a sign of life, and what is told of it.</summary>
public class KeepAliveTests
{
    private readonly TestScheduler _time = new();
    private readonly List<(double At, string What)> _log = [];
    private readonly KeepAlive _keep;

    public KeepAliveTests() => _keep = new KeepAlive(
        _time, new VmTimeouts { Ping = TimeSpan.FromSeconds(30), Pong = TimeSpan.FromSeconds(30) }, () => Log("ping"), sight => Log(sight.Fact.ToString()));

    [Fact]
    public void A_guest_that_says_nothing_is_pinged_and_is_silent_two_seconds_later_once()
    {
        _keep.Resume();
        Advance(300);
        Assert.Equal([(30, "ping"), (32, nameof(FactKind.Silent))], _log);
    }

    [Fact]
    public void A_guest_that_answers_is_pinged_again_and_never_silent()
    {
        _keep.Resume();
        for (var turn = 0; turn < 3; turn++)
        {
            Advance(30);
            Advance(1);
            _keep.Alive();
        }

        Assert.Equal([(30, "ping"), (61, "ping"), (92, "ping")], _log);
    }

    [Fact]
    public void A_guest_that_talks_is_not_pinged_at_all()
    {
        _keep.Resume();
        for (var turn = 0; turn < 100; turn++)
        {
            Advance(29);
            _keep.Alive();
        }

        Assert.Empty(_log);
    }

    [Fact]
    public void A_silent_guest_that_speaks_again_is_told_once_and_may_fall_silent_again()
    {
        _keep.Resume();
        Advance(40);
        _keep.Alive();
        _keep.Alive();
        Advance(100);
        Assert.Equal(
            [(30, "ping"), (32, nameof(FactKind.Silent)), (40, nameof(FactKind.Speaking)), (70, "ping"), (72, nameof(FactKind.Silent))],
            _log.Select(line => (Math.Floor(line.At), line.What)).Where(line => line.Item1 < 75));
    }

    [Fact]
    public void Nothing_is_expected_of_one_that_stands_still_or_has_gone_and_it_begins_anew_when_it_goes_on()
    {
        _keep.Resume();
        Advance(10);
        _keep.Pause();
        Advance(1000);
        Assert.Empty(_log);
        _keep.Resume();
        Advance(29);
        Assert.Empty(_log);
        Advance(1);
        Assert.Equal("ping", _log.Single().What);
        _keep.Dispose();
        Advance(1000);
        Assert.Single(_log);
    }

    private void Advance(double seconds) => _time.AdvanceBy(TimeSpan.FromSeconds(seconds).Ticks);

    private void Log(string what) => _log.Add((TimeSpan.FromTicks(_time.Clock).TotalSeconds, what));
}
