namespace Rx.Qmp.Tests;

public class BatchTests
{
    private static readonly QmpCommand[] Three = [QmpCommand.Create("one"), QmpCommand.Create("two"), QmpCommand.Create("three")];

    private static Task<QmpBatchResult> Run(QmpRig rig, QmpBatchPolicy? policy = null) =>
        rig.Client.ExecuteBatchAsync(Three, policy, TestContext.Current.CancellationToken);

    private static IEnumerable<string> Names(QmpRig rig) => rig.Server.Received.Skip(1).Select(command => command.Name);

    [Fact]
    public async Task Commands_run_one_after_the_other_and_all_replies_come_back()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => command.Name == "two" ? null : command.Return($"\"{command.Name}\"");
        var running = Run(rig);
        Assert.Equal(["one", "two"], Names(rig));
        rig.Server.Send(rig.Server.Last("two").Return("\"two\""));
        var result = await running;
        Assert.True(result.Succeeded);
        Assert.Equal(["one", "two", "three"], result.Replies.Select(reply => reply.GetElement().GetString()));
        Assert.Equal(3, result.Attempts);
        Assert.Null(result.Cause);
    }

    [Fact]
    public async Task An_error_that_is_not_transient_stops_the_batch_without_a_second_attempt()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => command.Name == "two" ? command.Error("GenericError", "already exists") : command.Return();
        var result = await Run(rig);
        Assert.Equal(["one", "two"], Names(rig));
        Assert.Equal(("two", "already exists", 2), (result.Failed!.Name, result.Cause!.Description, result.Attempts));
        Assert.Single(result.Replies);
    }

    [Fact]
    public async Task A_transient_error_is_retried_after_a_second_and_the_batch_goes_on()
    {
        using var rig = QmpRig.Connected();
        var failures = 2;
        rig.Server.Answer = command =>
            command.Name == "two" && failures-- > 0 ? command.Error("DeviceNotActive", "wait") : command.Return();
        var running = Run(rig);
        rig.Advance(0.999);
        Assert.Equal(["one", "two"], Names(rig));
        rig.Advance(0.001);
        Assert.Equal(["one", "two", "two"], Names(rig));
        rig.Advance(1);
        var result = await running;
        Assert.True(result.Succeeded);
        Assert.Equal(["one", "two", "two", "two", "three"], Names(rig));
        Assert.Equal(5, result.Attempts);
    }

    [Fact]
    public async Task After_the_last_attempt_the_first_cause_is_reported_at_once()
    {
        using var rig = QmpRig.Connected();
        var attempt = 0;
        rig.Server.Answer = command => command.Error("DeviceNotActive", $"attempt {++attempt}");
        var running = Run(rig);
        rig.Advance(2);
        Assert.True(running.IsCompletedSuccessfully);
        var result = await running;
        Assert.Equal(("one", "attempt 1", 3), (result.Failed!.Name, result.Cause!.Description, result.Attempts));
    }

    [Fact]
    public async Task The_policy_decides_what_is_transient_how_often_and_how_long()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => command.Error("GenericError", "in use");
        var running = Run(rig, new QmpBatchPolicy
        {
            MaxAttempts = 2,
            RetryDelay = TimeSpan.FromSeconds(10),
            IsTransient = error => error.Description == "in use",
        });
        rig.Advance(9.999);
        Assert.False(running.IsCompleted);
        rig.Advance(0.001);
        Assert.True(running.IsCompleted);
        Assert.Equal(2, (await running).Attempts);
    }

    [Fact]
    public async Task The_loss_of_the_connection_ends_the_batch_with_its_cause()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => command.Name == "one" ? command.Return() : null;
        var running = Run(rig);
        rig.Server.HangUp();
        var result = await running;
        Assert.Equal("two", result.Failed!.Name);
        Assert.IsType<QmpDisconnectedException>(result.Cause);
    }

    [Fact]
    public async Task A_command_never_answered_ends_the_batch_and_is_not_repeated()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = _ => null;
        var running = Run(rig, new QmpBatchPolicy { IsTransient = _ => true });
        rig.Advance(30);
        var result = await running;
        Assert.IsType<QmpTimeoutException>(result.Cause);
        Assert.Equal(1, result.Attempts);
    }

    [Fact]
    public async Task Cancellation_between_attempts_throws()
    {
        using var rig = QmpRig.Connected();
        using var stop = new CancellationTokenSource();
        rig.Server.Answer = command => command.Error("DeviceNotActive", "wait");
        var running = rig.Client.ExecuteBatchAsync(Three, null, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        rig.Advance(10);
        Assert.Single(Names(rig));
    }

    [Fact]
    public async Task An_empty_batch_succeeds()
    {
        using var rig = QmpRig.Connected();
        Assert.True((await rig.Client.ExecuteBatchAsync([], null, TestContext.Current.CancellationToken)).Succeeded);
    }
}
