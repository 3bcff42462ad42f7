using System.Reactive.Concurrency;
using Microsoft.Win32.SafeHandles;
using Rx.Qmp.Protocol;

namespace Rx.Qmp.Tests;

/// <summary>Open files given to QEMU itself.</summary>
[Slow]
[Collection("RealVm")]
[Trait("Category", "RealVm")]
public class RealDescriptorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Trap30_a_thousand_descriptors_arrive_under_load_and_none_twice()
    {
        const int Files = 1000;
        using var qemu = new QemuUnderTest();
        await using var client = await QmpClient.ConnectAsync(
            QmpEndpoint.Unix(qemu.SocketPath), new() { Scheduler = new TaskPoolScheduler(Task.Factory) }, Token);
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 6).Select(_ => Load(client, stop.Token)).ToArray();
        var before = qemu.OpenFiles;
        using (var file = Open("/dev/zero"))
        {
            for (var i = 0; i < Files; i += 10)
            {
                await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => client.AddFdAsync(file, set: 7, cancellationToken: Token)));
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(load);
        var sets = await client.ExecuteAsync(new QueryFdsets(), Token);
        Assert.Equal(Files, Assert.Single(sets).Fds.Count);
        Assert.Equal(before + Files, qemu.OpenFiles);
    }

    [Fact]
    public async Task A_real_file_that_was_passed_is_read_by_its_set()
    {
        using var qemu = new QemuUnderTest();
        await using var client = await QmpClient.ConnectAsync(
            QmpEndpoint.Unix(qemu.SocketPath), new() { Scheduler = new TaskPoolScheduler(Task.Factory) }, Token);
        AddfdInfo added;
        using (var image = Open(qemu.MakeImage()))
        {
            added = await client.AddFdAsync(image, opaque: "the image", cancellationToken: Token);
        }

        await client.ExecuteAsync(
            TestCommands.AddImage("image", $"/dev/fdset/{added.FdsetId}", readOnly: true), Token);
        var nodes = await client.ExecuteAsync(new QueryNamedBlockNodes(), Token);
        Assert.Contains(nodes, node => node.NodeName == "image");
        var sets = await client.ExecuteAsync(new QueryFdsets(), Token);
        Assert.Equal("the image", Assert.Single(Assert.Single(sets).Fds).Opaque);
    }

    [Fact]
    public async Task A_file_closed_before_its_turn_fails_its_command_alone()
    {
        using var qemu = new QemuUnderTest();
        await using var client = await QmpClient.ConnectAsync(
            QmpEndpoint.Unix(qemu.SocketPath), new() { Scheduler = new TaskPoolScheduler(Task.Factory) }, Token);
        var file = Open("/dev/null");
        file.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await client.GetFdAsync("gone", file, Token));
        await client.ExecuteAsync(new QueryStatus(), Token);
    }

    private static SafeFileHandle Open(string path) => File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);

    private static async Task Load(QmpClient client, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await client.ExecuteAsync(new QueryStatus(), Token);
        }
    }
}
