using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Microsoft.Reactive.Testing;
using static Microsoft.Reactive.Testing.ReactiveTest;

namespace Rx.Vm.Tests.StandIns.ReactiveTesting;

/// <summary>Hot and cold scripted sources, and the three forms of Start that watch them.</summary>
public class ScriptedSourceTests
{
    private readonly TestScheduler scheduler = new();

    [Fact]
    public void Start_creates_at_100_subscribes_at_200_and_disposes_at_1000()
    {
        var created = 0L;
        var hot = scheduler.CreateHotObservable(OnNext(150, 1), OnNext(250, 2), OnNext(999, 3), OnNext(1001, 4));
        var observer = scheduler.Start(() =>
        {
            created = scheduler.Clock;
            return hot;
        });
        Assert.Equal(100, created);
        observer.Messages.AssertEqual(OnNext(250, 2), OnNext(999, 3));
        hot.Subscriptions.AssertEqual(Subscribe(200, 1000));
        Assert.Equal(1001, scheduler.Clock);
    }

    [Fact]
    public void A_hot_item_at_the_subscribe_tick_is_missed_and_one_at_the_dispose_tick_arrives()
    {
        var hot = scheduler.CreateHotObservable(OnNext(200, 1), OnNext(1000, 2));
        scheduler.Start(() => hot).Messages.AssertEqual(OnNext(1000, 2));
    }

    [Fact]
    public void Return_on_the_scheduler_arrives_one_tick_after_the_subscription()
    {
        var observer = scheduler.Start(() => Observable.Return(42, scheduler));
        observer.Messages.AssertEqual(OnNext(201, 42), OnCompleted<int>(201));
    }

    [Fact]
    public void A_hot_message_at_zero_fires_at_one()
    {
        var hot = scheduler.CreateHotObservable(OnNext(0, 'a'));
        var observer = scheduler.CreateObserver<char>();
        hot.Subscribe(observer);
        scheduler.Start();
        observer.Messages.AssertEqual(OnNext(1, 'a'));
        hot.Messages.AssertEqual(OnNext(0, 'a'));
    }

    [Fact]
    public void Cold_times_are_relative_to_each_subscription_and_zero_takes_a_tick()
    {
        var cold = scheduler.CreateColdObservable(OnNext(0, 'a'), OnNext(10, 'b'));
        var (first, second) = (scheduler.CreateObserver<char>(), scheduler.CreateObserver<char>());
        scheduler.ScheduleAbsolute(100, () => cold.Subscribe(first));
        scheduler.ScheduleAbsolute(105, () => cold.Subscribe(second));
        scheduler.Start();
        first.Messages.AssertEqual(OnNext(101, 'a'), OnNext(110, 'b'));
        second.Messages.AssertEqual(OnNext(106, 'a'), OnNext(115, 'b'));
        cold.Subscriptions.AssertEqual(Subscribe(100), Subscribe(105));
    }

    [Fact]
    public void A_disposed_cold_subscription_gets_nothing_more_and_its_window_closes_once()
    {
        var cold = scheduler.CreateColdObservable(OnNext(10, 1), OnNext(20, 2));
        var observer = scheduler.CreateObserver<int>();
        var subscription = cold.Subscribe(observer);
        scheduler.AdvanceTo(15);
        subscription.Dispose();
        scheduler.AdvanceTo(30);
        subscription.Dispose();
        observer.Messages.AssertEqual(OnNext(10, 1));
        cold.Subscriptions.AssertEqual(Subscribe(0, 15));
    }

    [Fact]
    public void Scripted_sources_play_on_after_completion_and_their_window_stays_open()
    {
        var hot = scheduler.CreateHotObservable(OnCompleted<int>(300), OnNext(400, 1));
        var cold = scheduler.CreateColdObservable(OnCompleted<int>(100), OnNext(200, 1));
        var fromCold = scheduler.CreateObserver<int>();
        scheduler.ScheduleAbsolute(200, () => cold.Subscribe(fromCold));
        scheduler.Start(() => hot).Messages.AssertEqual(OnCompleted<int>(300), OnNext(400, 1));
        fromCold.Messages.AssertEqual(OnCompleted<int>(300), OnNext(400, 1));
        hot.Subscriptions.AssertEqual(Subscribe(200, 1000));
        cold.Subscriptions.AssertEqual(Subscribe(200));
    }

    [Fact]
    public void Through_an_operator_the_window_closes_at_the_terminal()
    {
        var hot = scheduler.CreateHotObservable(OnNext(250, 1), OnCompleted<int>(300), OnNext(400, 2));
        scheduler.Start(() => hot.Select(x => x)).Messages.AssertEqual(OnNext(250, 1), OnCompleted<int>(300));
        hot.Subscriptions.AssertEqual(Subscribe(200, 300));
    }

    [Fact]
    public void Who_subscribes_to_a_hot_source_during_a_message_does_not_get_that_message()
    {
        var hot = scheduler.CreateHotObservable(OnNext(10, 1), OnNext(20, 2));
        var late = scheduler.CreateObserver<int>();
        var joined = false;
        hot.Subscribe(_ =>
        {
            if (!joined)
            {
                joined = true;
                hot.Subscribe(late);
            }
        });
        scheduler.Start();
        late.Messages.AssertEqual(OnNext(20, 2));
    }

    [Theory]
    [InlineData(100, 99, 1000)]
    [InlineData(100, 200, 199)]
    [InlineData(100, 200, 50)]
    public void Start_refuses_times_out_of_order(long created, long subscribed, long disposed)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => scheduler.Start(() => Observable.Never<int>(), created, subscribed, disposed));
    }

    [Fact]
    public void Start_takes_the_times_it_is_given()
    {
        var hot = scheduler.CreateHotObservable(OnNext(20, 1), OnNext(30, 2), OnNext(40, 3));
        scheduler.Start(() => hot, 5, 25, 35).Messages.AssertEqual(OnNext(30, 2));
        hot.Subscriptions.AssertEqual(Subscribe(25, 35));
    }

    [Fact]
    public void Null_arguments_are_refused()
    {
        Assert.Throws<ArgumentNullException>(() => scheduler.CreateHotObservable<int>(null!));
        Assert.Throws<ArgumentNullException>(() => scheduler.CreateColdObservable<int>(null!));
        Assert.Throws<ArgumentNullException>(() => scheduler.Start<int>(null!));
        Assert.Throws<ArgumentNullException>(() => scheduler.CreateHotObservable<int>().Subscribe((IObserver<int>)null!));
        Assert.Throws<ArgumentNullException>(() => scheduler.CreateColdObservable<int>().Subscribe((IObserver<int>)null!));
    }
}
