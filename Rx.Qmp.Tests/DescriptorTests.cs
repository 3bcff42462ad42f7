using System.Reactive.Concurrency;
using Microsoft.Win32.SafeHandles;

namespace Rx.Qmp.Tests;

public class DescriptorTests
{
    private static readonly QmpAnswer Added = QmpAnswer.Value("""{"fdset-id": 1, "fd": 7}""");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connection_that_carries_no_descriptors_says_so_and_lives()
    {
        using var rig = QmpRig.Connected();
        using var file = Open("/dev/null");
        var refusal = await Assert.ThrowsAsync<QmpUnsupportedException>(async () => await rig.Client.AddFdAsync(file, cancellationToken: Token));
        Assert.Equal((QmpConnectionFeature.FileDescriptors, "add-fd"), (refusal.Need, refusal.Command));
        Assert.DoesNotContain(rig.Server.Received, command => command.Name == "add-fd");
        await rig.Execute("query-a");
        Assert.Equal(rig.Client.Statistics.CommandsSent, rig.Client.Statistics.Replies);
        Assert.False(file.IsClosed);
    }

    [Fact]
    public async Task A_command_with_a_descriptor_waits_until_it_is_alone_and_the_rest_wait_for_it()
    {
        using var rig = QmpRig.Connected(server: new FakeQmpServer(QmpRig.ByHand)
        {
            Answer = command => command.Name == "qmp_capabilities" ? QmpAnswer.Value() : QmpAnswer.Never,
        });
        using var file = Open("/dev/null");
        var before = rig.Execute("before");
        var carrying = rig.Client.GetFdAsync("disk", file, Token);
        var after = rig.Execute("after");
        Assert.Equal("before", rig.Server.Received[^1].Name);
        rig.Server.Send("{\"return\": 1, \"id\": 0}");
        await before;

        // Over this connection it cannot go; that it was its turn shows in the refusal, and what waited behind it goes.
        await Assert.ThrowsAsync<QmpUnsupportedException>(() => carrying);
        Assert.Equal("after", rig.Server.Received[^1].Name);
        Assert.False(after.IsCompleted);
    }

    [Fact]
    public void Nothing_that_carries_a_descriptor_goes_out_of_band_and_names_start_with_no_digit()
    {
        using var rig = QmpRig.Connected();
        using var file = Open("/dev/null");
        Assert.Throws<ArgumentException>(() => { _ = rig.Client.ExecuteOobAsync(QmpCommand.Create("add-fd").WithFile(file), Token); });
        Assert.Throws<ArgumentException>(() => { _ = rig.Client.GetFdAsync("1st", file, Token); });
    }

    [Fact]
    public async Task Trap30_each_command_brings_its_own_descriptor_once_and_none_comes_with_others()
    {
        var home = Directory.CreateTempSubdirectory("rxqmp-");
        try
        {
            using var server = new FakeQmpServer { Answer = command => command.Name == "add-fd" ? Added : QmpAnswer.Value() };
            using var listening = server.Listen(Path.Combine(home.FullName, "qmp"));
            await using var client = await QmpClient.ConnectAsync(
                QmpEndpoint.Unix(Path.Combine(home.FullName, "qmp")),
                new() { Scheduler = new TaskPoolScheduler(Task.Factory) },
                Token);
            var sent = Enumerable.Range(0, 100).Select(async number =>
            {
                var path = Path.Combine(home.FullName, $"{number}");
                await File.WriteAllTextAsync(path, $"{number}", Token);
                using var file = Open(path);
                await client.AddFdAsync(file, opaque: $"{number}", cancellationToken: Token);
            });
            await Task.WhenAll(sent.Concat(Enumerable.Range(0, 100).Select(_ => client.ExecuteAsync(QmpCommand.Create("stop"), Token))));

            Assert.Equal(100, server.Received.Count(command => command.Name == "add-fd"));
            foreach (var command in server.Received)
            {
                Assert.Equal(command.Name == "add-fd" ? 1 : 0, command.Descriptors.Length);
                if (command.Name == "add-fd")
                {
                    var text = new byte[8];
                    var length = RandomAccess.Read(command.Descriptors[0], text, 0);
                    Assert.Equal(command.Arguments.GetProperty("opaque").GetString(), System.Text.Encoding.UTF8.GetString(text, 0, length));
                }
            }
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    private static SafeFileHandle Open(string path) => File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
}
