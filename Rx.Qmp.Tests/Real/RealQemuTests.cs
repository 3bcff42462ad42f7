using System.Net.Sockets;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Rx.Qmp.Protocol;

namespace Rx.Qmp.Tests;

/// <summary>The client against QEMU itself. Real time: waits end with an event or a short deadline of the client's own.</summary>
[Slow]
[Collection("RealVm")]
[Trait("Category", "RealVm")]
public class RealQemuTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static QmpClientOptions Options { get; } = new() { Scheduler = new TaskPoolScheduler(Task.Factory) };

    private static Task<QmpClient> Connect(QemuUnderTest qemu, QmpClientOptions? options = null) =>
        QmpClient.ConnectAsync(QmpEndpoint.Unix(qemu.SocketPath), options ?? Options, Token);

    [Fact]
    public async Task Trap19_a_command_out_of_band_overtakes_what_qemu_is_busy_with()
    {
        using var qemu = new QemuUnderTest();
        await using var client = await Connect(qemu);
        var order = new List<string>();
        var slow = Enumerable.Range(0, 4).Select(_ => Note(client.ExecuteAsync(QmpCommand.Create("query-qmp-schema"), Token), "schema"));
        await Task.WhenAll([.. slow, Note(client.ExecuteOobAsync(QmpCommand.Create("query-yank"), Token), "yank")]);
        Assert.Equal("yank", order[0]);
        Assert.Equal(5, order.Count);

        async Task Note(Task<QmpReply> reply, string name)
        {
            await reply;
            lock (order)
            {
                order.Add(name);
            }
        }
    }

    [Fact]
    public async Task Connects_while_qemu_is_still_starting_and_asks_for_its_status()
    {
        using var qemu = new QemuUnderTest("none", null, "-name", "probe", "-uuid", "00112233-4455-6677-8899-aabbccddeeff");
        await using var client = await Connect(qemu);
        Assert.True(client.Greeting!.Version.Major >= 7);
        Assert.Contains("oob", client.Greeting.Capabilities);
        var status = await client.ExecuteAsync(new QueryStatus(), Token);
        Assert.Equal((false, RunState.Prelaunch), (status.Running, status.Status.Known));
        Assert.Equal(new NameInfo { Name = "probe" }, await client.ExecuteAsync(new QueryName(), Token));
        var uuid = await client.ExecuteAsync(new QueryUuid(), Token);
        Assert.Equal(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), Guid.Parse(uuid.Uuid!));
    }

    [Fact]
    public async Task A_hundred_commands_at_once_and_the_whole_schema_are_answered()
    {
        using var qemu = new QemuUnderTest();
        await using var client = await Connect(qemu);
        var schema = client.ExecuteAsync(QmpCommand.Create("query-qmp-schema"), Token);
        var many = Enumerable.Range(0, 100).Select(_ => client.ExecuteAsync(new QueryStatus(), Token)).ToArray();
        Assert.True((await schema).GetElement().GetArrayLength() > 1000);
        Assert.All(await Task.WhenAll(many), reply => Assert.Equal(RunState.Prelaunch, reply.Status.Known));
        Assert.Equal(0, client.Statistics.StrayReplies);
    }

    [Fact]
    public async Task Trap09_a_pretty_monitor_is_understood()
    {
        using var qemu = new QemuUnderTest("none", "chardev=qmp,mode=control,pretty=on");
        await using var client = await Connect(qemu);
        var status = await client.ExecuteAsync(new QueryStatus(), Token);
        Assert.Equal(RunState.Prelaunch, status.Status.Known);
    }

    [Fact]
    public async Task Trap25_quit_is_a_clean_end()
    {
        using var qemu = new QemuUnderTest();
        await using var client = await Connect(qemu);
        var shutdown = client.EventsOf<ShutdownEvent>().FirstAsync().ToTask(Token);
        var last = client.ConnectionStates.LastAsync().ToTask(Token);
        await client.QuitAsync(Token);
        Assert.Equal((false, "host-qmp-quit"), ((await shutdown).Guest, (await shutdown).Reason.Text));
        Assert.Equal(QmpConnectionPhase.Closed, (await last).Phase);
        Assert.Equal(0, await qemu.ExitCode());
    }

    [Fact]
    public async Task Trap15_the_reply_of_a_frozen_qemu_comes_late_and_is_dropped()
    {
        using var qemu = new QemuUnderTest();
        await using var client = await Connect(qemu);
        qemu.Freeze();
        var late = QmpCommand.Create("query-name").WithTimeout(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAsync<QmpTimeoutException>(() => client.ExecuteAsync(late, Token));
        var next = client.ExecuteAsync(new QueryStatus(), Token);
        qemu.Thaw();
        Assert.Equal(RunState.Prelaunch, (await next).Status.Known);
        Assert.Equal(1, client.Statistics.LateReplies);
    }

    [Fact]
    public async Task A_second_client_is_told_that_the_monitor_is_busy_and_gets_it_once_the_first_has_left()
    {
        using var qemu = new QemuUnderTest();
        var first = await Connect(qemu);
        var hasty = Options with { ConnectTimeout = TimeSpan.FromMilliseconds(200) };
        await Assert.ThrowsAsync<QmpNoGreetingException>(() => Connect(qemu, hasty));
        await first.DisposeAsync();
        await using var second = await Connect(qemu);
        Assert.NotNull(second.Greeting);
    }

    [Fact]
    public async Task A_frozen_qemu_gives_no_greeting()
    {
        using var qemu = new QemuUnderTest();
        await (await Connect(qemu)).DisposeAsync();
        qemu.Freeze();
        var hasty = Options with { ConnectTimeout = TimeSpan.FromMilliseconds(200) };
        await Assert.ThrowsAsync<QmpNoGreetingException>(() => Connect(qemu, hasty));
    }

    [Fact]
    public async Task Trap24_a_disk_is_plugged_in_and_its_node_removed_only_once_the_device_is_gone()
    {
        using var qemu = new QemuUnderTest("q35", null, "-m", "32", "-device", "pcie-root-port,id=rp0,chassis=1");
        await using var client = await Connect(qemu);
        var added = await client.ExecuteBatchAsync(
            [
                TestCommands.AddImage("disk0n", qemu.MakeImage(), readOnly: false),
                TestCommands.AddDevice("virtio-blk-pci", "disk0", ("bus", "rp0"), ("drive", "disk0n")),
            ],
            cancellationToken: Token);
        Assert.True(added.Succeeded, added.Cause?.Message);

        // There is no guest that could let go of it.
        var short1 = TimeSpan.FromMilliseconds(100);
        await Assert.ThrowsAsync<QmpTimeoutException>(() => client.DeviceRemoveAsync("disk0", short1, Token));
        await Assert.ThrowsAsync<QmpCommandException>(() => client.ExecuteAsync(new BlockdevDel { NodeName = "disk0n" }, Token));

        // A reset takes away what was asked for.
        var gone = client.EventsOf<DeviceDeletedEvent>().FirstAsync(deleted => deleted.Device == "disk0").ToTask(Token);
        await client.ExecuteAsync(QmpCommand.Create("system_reset"), Token);
        await gone;
        await client.ExecuteAsync(new BlockdevDel { NodeName = "disk0n" }, Token);
    }

    [Fact]
    public async Task Trap23_a_removal_ends_with_a_reset_or_with_the_machine()
    {
        using var qemu = new QemuUnderTest("q35", null, "-m", "32", "-device", "pcie-root-port,id=rp0,chassis=1");
        await using var client = await Connect(qemu);
        for (var round = 0; round < 2; round++)
        {
            await client.ExecuteAsync(
                TestCommands.AddDevice("virtio-rng-pci", "rng0", ("bus", "rp0")), Token);
            var removing = client.DeviceRemoveAsync("rng0", TimeSpan.FromSeconds(20), Token);
            if (round == 0)
            {
                await client.ExecuteAsync(QmpCommand.Create("system_reset"), Token);
                await removing;
            }
            else
            {
                qemu.Kill();
                await Assert.ThrowsAsync<QmpDisconnectedException>(() => removing);
            }
        }
    }

    [Fact]
    public async Task Trap22_stop_and_resume_are_seen_before_their_replies()
    {
        using var qemu = new QemuUnderTest("q35", null, "-m", "32");
        List<string> names = [];
        await using var client = new QmpClient(Options with { InlineContinuations = true });
        client.Events.Subscribe(item => names.Add(item.Name));
        await client.ConnectAsync(QmpEndpoint.Unix(qemu.SocketPath), Token);
        await client.ExecuteAsync(QmpCommand.Create("cont"), Token);
        Assert.Equal(["RESUME"], names);
        await client.ExecuteAsync(QmpCommand.Create("stop"), Token);
        Assert.Equal(["RESUME", "STOP"], names);
    }

    [Fact]
    public async Task A_killed_qemu_fails_what_is_under_way_at_once()
    {
        using var qemu = new QemuUnderTest();
        await using var client = await Connect(qemu);
        var last = client.ConnectionStates.LastAsync().ToTask(Token);
        qemu.Freeze();
        var waiting = client.ExecuteAsync(QmpCommand.Create("query-status"), Token);
        qemu.Kill();
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => waiting);
        Assert.Equal(QmpConnectionPhase.Lost, (await last).Phase);
    }

    [Fact]
    public async Task Sockets_that_cannot_be_connected_to_say_why()
    {
        var home = Directory.CreateTempSubdirectory("rxqmp-");
        try
        {
            var hasty = Options with { ConnectTimeout = TimeSpan.FromMilliseconds(100) };
            var dead = Path.Combine(home.FullName, "dead");
            using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            {
                socket.Bind(new UnixDomainSocketEndPoint(dead));
                Assert.Equal(QmpConnectFailure.Refused, await Failure(dead, hasty));
            }

            Assert.Equal(QmpConnectFailure.Missing, await Failure(Path.Combine(home.FullName, "missing"), hasty));
            Assert.Equal(QmpConnectFailure.Missing, await Failure(Path.Combine(home.FullName, "no", "such"), hasty));
            Assert.Equal(QmpConnectFailure.PathTooLong, await Failure("/tmp/" + new string('x', 103), Options));
            Assert.Equal(QmpConnectFailure.PathTooLong, await Failure("/tmp/" + new string('é', 52), Options));
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    private static async Task<QmpConnectFailure> Failure(string path, QmpClientOptions options) =>
        (await Assert.ThrowsAsync<QmpConnectException>(() => QmpClient.ConnectAsync(QmpEndpoint.Unix(path), options, Token))).Failure;
}
