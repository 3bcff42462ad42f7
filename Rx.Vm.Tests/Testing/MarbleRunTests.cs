using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Reactive.Threading.Tasks;
using Rx.Vm.Lifecycle;
using Rx.Vm.Testing;

namespace Rx.Vm.Tests.Testing;

/// <summary>Runs: sources, windows, order at one instant, advancing, asynchronous bodies.</summary>
public sealed class MarbleRunTests
{
    [Fact]
    public void A_cold_source_begins_with_each_subscription() => Marble.Run(m =>
    {
        var source = m.Cold("a-b|");
        m.Expect(source).ToBe("a-b|");
        m.Expect(source).During("--^").ToBe("--a-b|");
        m.Expect(source.Repeat(2)).ToBe("a-ba-b|");
    });

    [Fact]
    public void A_hot_source_plays_once_in_the_time_of_the_run() => Marble.Run(m =>
    {
        var source = m.Hot("a-b-c|");
        m.Expect(source).ToBe("a-b-c|");
        m.Expect(source).During("-^").ToBe("--b-c|");
        m.Expect(m.Hot("ab^cd")).ToBe("-cd");
        m.Expect(m.Hot("ab(^c)")).ToBe("c");
    });

    [Fact]
    public void Windows_are_half_open_whatever_the_source() => Marble.Run(m =>
    {
        m.Expect(m.Hot("-a-b-c-")).During("-^-!").ToBe("-a");
        m.Expect(m.Hot("-a-b-c-")).During("-^--!").ToBe("-a-b");
        m.Expect(m.Cold("--a--b-")).During("^----!").ToBe("--a");
        m.Expect(Observable.Timer(TimeSpan.FromMilliseconds(5), m.Scheduler)).During("^----!").ToBe("");
        m.Expect(m.Hot("abc")).During("-(^!)").ToBe("");
    });

    [Fact]
    public void Subscriptions_are_seen_in_frames() => Marble.Run(m =>
    {
        var source = m.Hot<VmPhase>("[Booting] 2s [Running]---[Gone]|");
        m.Expect(source.TakeUntil(p => p == VmPhase.Running)).ToBe("[Booting] 2s ([Running]|)");
        m.ExpectSubscriptions(source).ToBe("^ 2s !");

        var unused = m.Cold("a|");
        m.ExpectSubscriptions(unused).ToBe();
        var open = m.Cold("-");
        m.Expect(open).ToBe("");
        m.ExpectSubscriptions(open).ToBe("^");
        var two = m.Cold("a--");
        m.Expect(two).During("^-!").ToBe("a");
        m.Expect(two).During("-^-!").ToBe("-a");
        m.ExpectSubscriptions(two).ToBe("^-!", "-^-!");
    });

    [Fact]
    public void Frames_are_compared_not_ticks() => Marble.Run(m =>
    {
        // Each hop takes a tick; five of them are still the same frame.
        var hops = Enumerable.Range(0, 5).Aggregate((IObservable<string>)m.Cold("a-b|"), (s, _) => s.ObserveOn(m.Scheduler));
        m.Expect(hops).ToBe("a-b|");
    });

    [Fact]
    public void With_frames_of_a_tick_a_hop_is_seen() => Assert.Throws<MarbleException>(() => Marble.Run(
        m => m.Expect(m.Cold("-a").ObserveOn(m.Scheduler)).ToBe("-a"), new MarbleOptions { Frame = TimeSpan.FromTicks(1) }));

    [Fact]
    public void Frames_of_a_second_make_a_boot_short_to_write() => Marble.Run(
        m => m.Expect(m.Hot("a-----b|").Timeout(TimeSpan.FromSeconds(4), m.Scheduler)).WithError<TimeoutException>().ToBe("a---#"),
        new MarbleOptions { Frame = TimeSpan.FromSeconds(1) });

    [Fact]
    public void Two_streams_are_compared_in_one_window() => Marble.Run(m =>
    {
        var source = m.Hot("a-b-c-d|");
        m.Expect(source.Select(x => x + x)).During("-^---!").ToEqual(source.Select(x => $"{x}{x}"));
        m.Expect(m.Cold("(a|)")).ToEqual(Observable.Return("a", m.Scheduler));
    });

    [Fact]
    public void A_body_may_end_on_another_thread() => Marble.Run(async m =>
    {
        m.Expect(m.Cold("a|")).ToBe("a|");
        await Task.Run(static () => { }).ConfigureAwait(false);
    });

    [Fact]
    public void Two_streams_that_differ_fail()
    {
        var failed = Assert.Throws<MarbleException>(() => Marble.Run(m => m.Expect(m.Cold("a-b")).ToEqual(m.Cold("a-c"))));
        Assert.Contains("at 2ms", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_are_named_by_exception_or_by_test() => Marble.Run(m =>
    {
        m.Expect(m.Cold("-#")).ToBe("-#");
        m.Expect(m.Cold("-#[lost]")).ToBe("-#[lost]");
        m.Expect(Observable.Throw<string>(new IOException("gone"), m.Scheduler)).WithError(new IOException("gone")).ToBe("#");
        m.Expect(Observable.Throw<string>(new IOException("gone"), m.Scheduler))
            .WithError<TimeoutException>().WithError<IOException>(e => e.Message == "gone", "io").ToBe("#[io]");
        m.Expect(m.Cold("#", MarbleLegend<int>.Empty.WithError(new IOException("gone")))).WithError<IOException>().ToBe("#");
    });

    [Theory]
    [InlineData("gone", true)]
    [InlineData("lost", false)]
    public void A_bare_error_is_the_scripted_one_and_no_other(string message, bool named) =>
        Assert.Throws<MarbleException>(() => Marble.Run(m =>
        {
            var stream = m.Expect(Observable.Throw<string>(new IOException(message), m.Scheduler));
            (named ? stream.WithError(new IOException("lost")) : stream).ToBe("#");
        }));

    [Fact]
    public void A_recording_can_be_expected_and_values_compared_otherwise() => Marble.Run(m =>
    {
        m.Expect(m.Cold("A-b|")).ComparedBy(StringComparer.OrdinalIgnoreCase).ToBe("a-B|");
        m.Expect(m.Cold("a-b|")).ToBe(Marbles.Parse("a-b|"));
    });

    [Fact]
    public void Peers_answer_requests_by_diagram() => Marble.Run(m =>
    {
        var qmp = m.Script(command => command switch { "stop" => "--d|", "query" => "---[17]|", _ => null });
        var replies = m.Hot("s 9ms q").Select(c => c == "s" ? "stop" : "query").SelectMany(qmp.Send);
        m.Expect(replies).ToBe("--d 10ms [17]");
        m.Expect(qmp.Requests).ToBe("[stop] 9ms [query]");
    });

    [Fact]
    public void A_request_without_a_script_gets_an_error_and_fails_the_run()
    {
        var failed = Assert.Throws<MarbleException>(() => Marble.Run(m =>
        {
            var qmp = m.Script(command => command == "stop" ? "d|" : null);
            m.Expect(qmp.Send("cont").Catch((MarbleException _) => Observable.Empty<string>())).ToBe("|");
        }));
        Assert.Equal("nothing is scripted for the request \"cont\"", failed.Message);
    }

    [Fact]
    public void Attempts_play_one_after_the_other() => Marble.Run(m =>
    {
        var source = m.Attempts<string>(["a-#", "b-#", "c|"]);
        m.Expect(source.Retry(3)).ToBe("a-b-c|");
        m.ExpectSubscriptions(source).ToBe("^-!", "--^-!", "----^!");
    });

    [Fact]
    public void An_attempt_too_many_fails_the_run()
    {
        var failed = Assert.Throws<MarbleException>(() => Marble.Run(m =>
            m.Expect(m.Attempts<string>(["a#", "b#"]).Retry(3).Catch((MarbleException _) => Observable.Empty<string>())).ToBe("ab|")));
        Assert.StartsWith("a source with 2 attempts was subscribed once more", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Time_advances_by_and_to_and_runs_what_is_due() => Marble.Run(m =>
    {
        var seen = new List<string>();
        m.Hot("a-b-c").Subscribe(x => seen.Add($"{x}@{m.Frame}"));
        m.Expect(m.Hot("--x")).ToBe("--x");
        m.AdvanceBy(TimeSpan.FromMilliseconds(2));
        Assert.Equal(["a@0", "b@2"], seen);
        Assert.Equal(TimeSpan.FromMilliseconds(2), m.Now);
        m.AdvanceTo(TimeSpan.FromMilliseconds(4));
        Assert.Equal(["a@0", "b@2", "c@4"], seen);
        Assert.Throws<MarbleException>(() => m.AdvanceTo(TimeSpan.FromMilliseconds(3)));
        Assert.Throws<MarbleException>(() => m.AdvanceBy(TimeSpan.FromHours(2)));
        m.Expect(m.Hot("------y")).ToBe("------y");
        Assert.Throws<MarbleException>(() => m.Hot("-z"));
        Assert.Throws<MarbleException>(() => m.At(TimeSpan.Zero, () => { }));
        m.Expect(m.Cold("a")).ToBe("----a");
    });

    [Fact]
    public void Driving_the_scheduler_itself_starts_hot_sources_too() => Marble.Run(m =>
    {
        m.Expect(m.Hot("a-b")).ToBe("a-b");
        m.Scheduler.AdvanceTo(TimeSpan.FromSeconds(1).Ticks);
        m.Expect(m.Cold("a-b")).ToBe("1s a-b");
        m.Scheduler.Start();
    });

    [Fact]
    public void Work_cannot_advance_its_own_time() => Marble.Run(m =>
    {
        m.At(TimeSpan.FromMilliseconds(1), () => Assert.Throws<MarbleException>(() => m.AdvanceBy(TimeSpan.FromMilliseconds(1))));
        m.Verify(() => Assert.Equal(1, m.Frame));
    });

    [Fact]
    public void Actions_happen_at_their_time_and_checks_at_the_end() => Marble.Run(m =>
    {
        using var pods = new Subject<string>();
        m.Expect(pods).ToBe("--a-(b|)");
        m.At(TimeSpan.FromMilliseconds(4), () =>
        {
            pods.OnNext("b");
            pods.OnCompleted();
        });
        m.At(TimeSpan.FromMilliseconds(2), () => pods.OnNext("a"));
        m.Verify(() => Assert.False(pods.HasObservers && m.Frame < 4));
        m.AdvanceBy(TimeSpan.FromMilliseconds(10));
    });

    [Fact]
    public void A_body_may_await_while_virtual_time_goes_on() => Marble.Run(async m =>
    {
        var ready = m.Cold("10s r|");
        m.Expect(ready).ToBe("10s r|");
        Assert.Equal("r", await ready.FirstAsync().ToTask(TestContext.Current.CancellationToken));
        Assert.Equal(TimeSpan.FromSeconds(10), m.Now);
        m.Expect(m.Hot("20s x")).ToBe("20s x");
        await Observable.Timer(TimeSpan.FromSeconds(1), m.Scheduler);
        Assert.Equal(TimeSpan.FromSeconds(11), m.Now);
    });

    [Fact]
    public void A_body_goes_on_between_pieces_of_work_never_inside_one() => Marble.Run(async m =>
    {
        var inside = false;
        var reply = new TaskCompletionSource<int>();
        m.At(TimeSpan.FromMilliseconds(5), () =>
        {
            inside = true;
            reply.SetResult(7);
            inside = false;
        });
        m.Verify(() => Assert.Equal(25, m.Frame));
        Assert.Equal(7, await reply.Task);
        Assert.False(inside);
        m.AdvanceBy(TimeSpan.FromMilliseconds(20));
    });

    [Fact]
    public void A_peer_answers_tasks_as_well() => Marble.Run(async m =>
    {
        var guest = m.Script(request => request == "start" ? "200ms a|" : "#[refused]");
        m.Expect(guest.Requests).ToBe("[start] 199ms [stop]");
        Assert.Equal("a", await guest.SendAsync("start", TestContext.Current.CancellationToken));
        Assert.Equal(200, m.Frame);
        await Assert.ThrowsAsync<ScriptedErrorException>(() => guest.SendAsync("stop", TestContext.Current.CancellationToken));
    });

    [Fact]
    public void The_context_of_the_caller_comes_back()
    {
        var before = SynchronizationContext.Current;
        Marble.Run(m => m.Expect(m.Cold("a")).ToBe("a"));
        Assert.Throws<MarbleException>(() => Marble.Run(async m => await Observable.Timer(TimeSpan.FromSeconds(1), m.Scheduler)));
        Assert.Same(before, SynchronizationContext.Current);
    }

    [Fact]
    public void The_code_under_test_never_leaves_the_thread_though_it_wants_no_context() => Marble.Run(async m =>
    {
        var thread = Environment.CurrentManagedThreadId;
        var signal = new TaskCompletionSource();
        var seen = new List<int>();
        var other = Follow();
        m.Verify(() => Assert.Equal([thread, thread], seen));
        signal.SetResult();
        await Observable.Timer(TimeSpan.FromSeconds(1), m.Scheduler);
        Assert.Equal([thread], seen);
        await other;
        Assert.Equal(thread, Environment.CurrentManagedThreadId);

        async Task Follow()
        {
            await signal.Task.ConfigureAwait(false);
            seen.Add(Environment.CurrentManagedThreadId);
            await Observable.Timer(TimeSpan.FromSeconds(2), m.Scheduler).ToTask(CancellationToken.None).ConfigureAwait(false);
            seen.Add(Environment.CurrentManagedThreadId);
        }
    });

    [Fact]
    public void A_body_goes_on_in_virtual_time_though_what_it_awaits_insists_on_another_thread() => Marble.Run(async m =>
    {
        var reply = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        m.At(TimeSpan.FromMilliseconds(5), () => reply.SetResult(7));
        m.At(TimeSpan.FromMilliseconds(6), () => { });
        m.Verify(() => Assert.Equal(6, m.Frame));
        Assert.Equal(7, await reply.Task.ConfigureAwait(true));
        Assert.Equal(5, m.Frame);
    });

    [Fact]
    public void What_a_stream_does_right_after_the_matcher_is_seen() => Marble.Run(m =>
    {
        var stream = new BehaviorSubject<string>("a");
        m.Expect(stream).ToBe("(abc)");
        stream.OnNext("b");
        m.Expect(stream).ToBe("(bc)");
        stream.OnNext("c");
    });

    [Fact]
    public void A_method_that_returns_a_task_is_awaited()
    {
        Assert.Throws<InvalidTimeZoneException>(() => Marble.Run(m => Later(m)));
        Assert.Throws<InvalidTimeZoneException>(() => Marble.Run(Later));

        static async Task Later(MarbleRun m)
        {
            m.Expect(m.Cold("a")).ToBe("a");
            await Observable.Timer(TimeSpan.FromSeconds(1), m.Scheduler);
            throw new InvalidTimeZoneException();
        }
    }

    [Fact]
    public void What_the_body_or_its_work_throws_leaves_unchanged()
    {
        Assert.Throws<InvalidTimeZoneException>(() => Marble.Run(_ => throw new InvalidTimeZoneException()));
        Assert.Throws<InvalidTimeZoneException>(() => Marble.Run(async m =>
        {
            await Observable.Timer(TimeSpan.FromSeconds(1), m.Scheduler);
            throw new InvalidTimeZoneException();
        }));
        Assert.Throws<InvalidTimeZoneException>(() => Marble.Run(m =>
        {
            m.Expect(m.Cold("a")).ToBe("a");
            m.Scheduler.Schedule(TimeSpan.FromSeconds(1), () => throw new InvalidTimeZoneException());
        }));
        Assert.Throws<InvalidTimeZoneException>(() => Marble.Run(m => m.Verify(() => throw new InvalidTimeZoneException())));
    }
}
