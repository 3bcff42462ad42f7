using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Microsoft.Reactive.Testing;
using static Microsoft.Reactive.Testing.ReactiveTest;

namespace Rx.Vm.Tests.StandIns.ReactiveTesting;

/// <summary>Cold scripted sources: whose time it is, and when a subscription's window closes.</summary>
public class ScriptedSourceTests
{
    private readonly TestScheduler _scheduler = new();

    [Fact]
    public void Times_are_relative_to_each_subscription_and_zero_takes_a_tick()
    {
        var cold = _scheduler.CreateColdObservable(OnNext(0, 'a'), OnNext(10, 'b'));
        var (first, second) = (_scheduler.CreateObserver<char>(), _scheduler.CreateObserver<char>());
        _scheduler.ScheduleAbsolute(100, () => cold.Subscribe(first));
        _scheduler.ScheduleAbsolute(105, () => cold.Subscribe(second));
        _scheduler.Start();
        first.Messages.AssertEqual(OnNext(101, 'a'), OnNext(110, 'b'));
        second.Messages.AssertEqual(OnNext(106, 'a'), OnNext(115, 'b'));
        cold.Subscriptions.AssertEqual(Subscribe(100), Subscribe(105));
        cold.Messages.AssertEqual(OnNext(0, 'a'), OnNext(10, 'b'));
    }

    [Fact]
    public void A_disposed_subscription_gets_nothing_more_and_its_window_closes_once()
    {
        var cold = _scheduler.CreateColdObservable(OnNext(10, 1), OnNext(20, 2));
        var observer = _scheduler.CreateObserver<int>();
        var subscription = cold.Subscribe(observer);
        _scheduler.AdvanceTo(15);
        subscription.Dispose();
        _scheduler.AdvanceTo(30);
        subscription.Dispose();
        observer.Messages.AssertEqual(OnNext(10, 1));
        cold.Subscriptions.AssertEqual(Subscribe(0, 15));
    }

    [Fact]
    public void A_source_plays_on_after_completion_and_its_window_stays_open()
    {
        var cold = _scheduler.CreateColdObservable(OnCompleted<int>(100), OnNext(200, 1));
        var observer = _scheduler.CreateObserver<int>();
        cold.Subscribe(observer);
        _scheduler.Start();
        observer.Messages.AssertEqual(OnCompleted<int>(100), OnNext(200, 1));
        cold.Subscriptions.AssertEqual(Subscribe(0));
    }

    [Fact]
    public void Through_an_operator_the_window_closes_at_the_terminal()
    {
        var cold = _scheduler.CreateColdObservable(OnNext(50, 1), OnCompleted<int>(100), OnNext(200, 2));
        var observer = _scheduler.CreateObserver<int>();
        cold.Select(x => x).Subscribe(observer);
        _scheduler.Start();
        observer.Messages.AssertEqual(OnNext(50, 1), OnCompleted<int>(100));
        cold.Subscriptions.AssertEqual(Subscribe(0, 100));
    }

    [Fact]
    public void Null_arguments_are_refused()
    {
        Assert.Throws<ArgumentNullException>(() => _scheduler.CreateColdObservable<int>(null!));
        Assert.Throws<ArgumentNullException>(() => _scheduler.CreateColdObservable<int>().Subscribe((IObserver<int>)null!));
    }
}
