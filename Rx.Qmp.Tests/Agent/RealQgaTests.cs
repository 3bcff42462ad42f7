using System.Net.Sockets;
using System.Reactive.Concurrency;
using Rx.Qmp.Agent;

namespace Rx.Qmp.Tests.Agent;

/// <summary>The client against qemu-ga itself, where that is installed.</summary>
[Slow]
[Collection("RealVm")]
[Trait("Category", "RealVm")]
public class RealQgaTests
{
    private static readonly QgaClientOptions Options = new() { Scheduler = new TaskPoolScheduler(Task.Factory) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_found_and_says_what_it_can_do()
    {
        using var agent = new QgaUnderTest();
        await using var client = await QgaClient.ConnectAsync(QmpEndpoint.Unix(agent.SocketPath), Options, Token);
        await client.ExecuteAsync(QgaCommands.Ping, Token);
        var info = await client.ExecuteAsync(QgaCommands.Info, Token);
        Assert.NotEmpty(info.Version);
        Assert.True(info.Commands["guest-sync-delimited"].Enabled);
        Assert.All(
            info.Commands.Where(command => !command.Value.AnswersSuccess),
            command => Assert.True(QgaCommands.AnswersErrorsOnly(command.Key), command.Key));
        Assert.Equal("thawed", await client.ExecuteAsync(QgaCommands.FileSystemStatus, Token));
        var refused = await Assert.ThrowsAsync<QgaCommandException>(
            () => client.ExecuteAsync(QmpCommand.Create("guest-no-such-command"), Token));
        Assert.Equal("CommandNotFound", refused.ErrorClass);
        Assert.Equal(1, client.Statistics.Synchronisations);
    }

    [Fact]
    public async Task Trap38_half_a_message_and_a_reply_for_a_former_client_do_no_harm()
    {
        using var agent = new QgaUnderTest();
        await (await QgaClient.ConnectAsync(QmpEndpoint.Unix(agent.SocketPath), Options, Token)).DisposeAsync();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(agent.SocketPath), Token);
        await socket.SendAsync("{\"execute\":\"guest-ping\"}\n{\"execute\":\"guest-info\", \"argum"u8.ToArray(), Token);
        await using var client = await QgaClient.ConnectAsync(new NetworkStream(socket, ownsSocket: true), Options, Token);
        Assert.NotEmpty((await client.ExecuteAsync(QgaCommands.Info, Token)).Version);
        Assert.True(client.Statistics.StrayMessages > 0);
    }

    [Fact]
    public async Task Trap38_a_frozen_agent_times_out_and_its_late_reply_is_passed_over()
    {
        using var agent = new QgaUnderTest();
        await using var client = await QgaClient.ConnectAsync(QmpEndpoint.Unix(agent.SocketPath), Options, Token);
        agent.Freeze();
        var hasty = QgaCommands.Info.WithTimeout(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<QmpException>(() => client.ExecuteAsync(hasty, Token));
        var next = client.ExecuteAsync(QgaCommands.FileSystemStatus, Token);
        agent.Thaw();
        Assert.Equal("thawed", await next);
    }
}
