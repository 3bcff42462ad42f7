using Microsoft.Reactive.Testing;
using Rx.Qmp;

namespace Rx.Qmp.Tests;

/// <summary>Connecting to what is not there yet, in virtual time.</summary>
public sealed class ConnectRetryTests
{
    private static readonly FakeQmpOptions Mute = new() { SendsGreeting = false };

    private readonly TestScheduler _time = new();
    private readonly ScriptedEndpoint _script;

    public ConnectRetryTests() => _script = new ScriptedEndpoint(_time);

    private Task<QmpClient> Connect(Func<QmpClientOptions, QmpClientOptions>? adjust = null)
    {
        var options = new QmpClientOptions { Scheduler = _time, InlineContinuations = true };
        return QmpClient.ConnectAsync(_script.Endpoint, adjust?.Invoke(options) ?? options, CancellationToken.None);
    }

    private void AdvanceTo(double milliseconds) => _time.AdvanceTo(TimeSpan.FromMilliseconds(milliseconds).Ticks);

    [Theory]
    [InlineData(QmpConnectFailure.Missing)]
    [InlineData(QmpConnectFailure.Refused)]
    [InlineData(QmpConnectFailure.Busy)]
    public async Task Trap29_a_socket_that_is_not_there_yet_is_tried_again_until_it_is(QmpConnectFailure early)
    {
        _script.Fail(early, times: 3).Serve();
        var connecting = Connect();
        AdvanceTo(59);
        Assert.False(connecting.IsCompleted);
        AdvanceTo(60);
        Assert.Equal("7.2.22", (await connecting).Greeting!.Version.ToString());
        Assert.Equal([0, 20, 40, 60], _script.Attempts);
    }

    [Theory]
    [InlineData(QmpConnectFailure.AccessDenied)]
    [InlineData(QmpConnectFailure.PathTooLong)]
    [InlineData(QmpConnectFailure.HostUnknown)]
    [InlineData(QmpConnectFailure.Unreachable)]
    [InlineData(QmpConnectFailure.TlsRefused)]
    [InlineData(QmpConnectFailure.NoHandshake)]
    [InlineData(QmpConnectFailure.Unsupported)]
    [InlineData(QmpConnectFailure.EndpointFailed)]
    [InlineData(QmpConnectFailure.Other)]
    public async Task Trap29_what_waiting_does_not_help_fails_at_once(QmpConnectFailure lasting)
    {
        _script.Fail(lasting).Serve();
        var fault = await Assert.ThrowsAsync<QmpConnectException>(() => Connect());
        Assert.Equal((lasting, "the script"), (fault.Failure, fault.Endpoint));
        Assert.Equal([0], _script.Attempts);
    }

    [Fact]
    public async Task Trap29_the_last_failure_is_told_once_the_time_is_up()
    {
        _script.Fail(QmpConnectFailure.Missing, times: 2).Fail(QmpConnectFailure.Refused);
        var connecting = Connect(options => options with { ConnectTimeout = TimeSpan.FromMilliseconds(50) });
        AdvanceTo(49);
        Assert.False(connecting.IsCompleted);
        AdvanceTo(50);
        Assert.Equal(QmpConnectFailure.Refused, (await Assert.ThrowsAsync<QmpConnectException>(() => connecting)).Failure);
        AdvanceTo(1000);
        Assert.Equal([0, 20, 40], _script.Attempts);
    }

    [Fact]
    public void Trap29_pauses_grow_as_told()
    {
        _script.Fail(QmpConnectFailure.Refused);
        var retry = QmpConnectRetry.Default with { BackOff = new(TimeSpan.FromSeconds(1), 2, TimeSpan.FromSeconds(3)) };
        var connecting = Connect(options => options with { ConnectRetry = retry });
        AdvanceTo(9_999);
        Assert.Equal([0, 1000, 3000, 6000, 9000], _script.Attempts);
        Assert.False(connecting.IsCompleted);
    }

    [Fact]
    public async Task Without_retry_there_is_one_attempt()
    {
        _script.Fail(QmpConnectFailure.Missing).Serve();
        await Assert.ThrowsAsync<QmpConnectException>(() => Connect(options => options with { ConnectRetry = QmpConnectRetry.Never }));
        Assert.Equal([0], _script.Attempts);
    }

    [Fact]
    public void Which_failures_may_pass_is_the_applications_choice()
    {
        _script.Fail(QmpConnectFailure.HostUnknown).Serve();
        var patient = QmpConnectRetry.Default with { Failures = [QmpConnectFailure.HostUnknown] };
        var connecting = Connect(options => options with { ConnectRetry = patient });
        AdvanceTo(20);
        Assert.True(connecting.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Trap28_one_deadline_covers_retries_connecting_and_greeting()
    {
        _script.Fail(QmpConnectFailure.Missing, times: 200).Serve(kind: Mute);
        var connecting = Connect();
        AdvanceTo(9_999);
        Assert.Equal(201, _script.Attempts.Count);
        Assert.False(connecting.IsCompleted);
        AdvanceTo(10_000);
        await Assert.ThrowsAsync<QmpNoGreetingException>(() => connecting);
        Assert.True(_script.Server.ClientIsGone);
    }

    [Fact]
    public async Task Trap28_an_attempt_that_hangs_ends_with_the_deadline()
    {
        _script.Hang();
        var connecting = Connect();
        AdvanceTo(9_999);
        Assert.False(connecting.IsCompleted);
        AdvanceTo(10_000);
        Assert.Equal(QmpConnectFailure.TimedOut, (await Assert.ThrowsAsync<QmpConnectException>(() => connecting)).Failure);
    }

    [Fact]
    public async Task Trap28_an_attempt_cut_short_does_not_hide_why_the_one_before_failed()
    {
        _script.Fail(QmpConnectFailure.Refused).Hang();
        var connecting = Connect();
        AdvanceTo(10_000);
        Assert.Equal(QmpConnectFailure.Refused, (await Assert.ThrowsAsync<QmpConnectException>(() => connecting)).Failure);
    }

    [Fact]
    public async Task Trap28_a_caller_may_give_up_while_an_attempt_hangs()
    {
        _script.Hang();
        await GivesUpAtOnce();
    }

    [Fact]
    public async Task Trap28_a_caller_may_give_up_between_attempts()
    {
        _script.Fail(QmpConnectFailure.Missing);
        await GivesUpAtOnce();
        AdvanceTo(1000);
        Assert.Equal([0], _script.Attempts);
    }

    [Fact]
    public async Task Trap28_a_caller_may_give_up_before_the_greeting()
    {
        _script.Serve(kind: Mute);
        await GivesUpAtOnce();
        Assert.True(_script.Server.ClientIsGone);
    }

    [Fact]
    public async Task Trap28_a_caller_may_give_up_before_capabilities_are_answered()
    {
        _script.Serve(server => server.On("qmp_capabilities", QmpAnswer.Never));
        await GivesUpAtOnce();
        Assert.True(_script.Server.ClientIsGone);
    }

    [Fact]
    public async Task What_an_endpoint_of_the_applications_own_throws_is_passed_on_inside()
    {
        _script.Script.Enqueue(_ => ValueTask.FromException<Stream>(new NotSupportedException("no tunnel")));
        var fault = await Assert.ThrowsAsync<QmpConnectException>(() => Connect());
        Assert.Equal(QmpConnectFailure.EndpointFailed, fault.Failure);
        Assert.IsType<NotSupportedException>(fault.InnerException);
        Assert.Equal("Cannot connect to the script: the code that opens it threw NotSupportedException: no tunnel.", fault.Message);
    }

    private async Task GivesUpAtOnce()
    {
        using var stop = new CancellationTokenSource();
        var options = new QmpClientOptions { Scheduler = _time, InlineContinuations = true };
        var connecting = QmpClient.ConnectAsync(_script.Endpoint, options, stop.Token);
        Assert.False(connecting.IsCompleted);
        await stop.CancelAsync();
        Assert.True(connecting.IsCanceled);
    }
}
