using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Rx.Qmp.Protocol;

namespace Rx.Qmp.Tests;

/// <summary>A QEMU that is killed and started again, while a listener waits at the same place.</summary>
[Slow]
[Collection("RealVm")]
[Trait("Category", "RealVm")]
public class RealReconnectTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Trap27_a_qemu_killed_within_a_command_and_its_successor_are_told_apart()
    {
        var home = Directory.CreateTempSubdirectory("rxqmp-");
        try
        {
            var path = Path.Combine(home.FullName, "dial");
            string[] dial = ["-chardev", $"socket,id=dial,path={path},server=off,reconnect=1", "-mon", "chardev=dial,mode=control"];
            using var listener = QmpListener.OnUnixSocket(path);
            List<string> names = [];
            var options = new QmpClientOptions
            {
                Reconnect = QmpReconnectPolicy.Always,
                Resync = async (client, stop) =>
                    names.Add((await client.ExecuteAsync(new QueryName(), stop)).Name!),
            };
            await using var client = new QmpClient(options);
            using (var first = new QemuUnderTest("none", null, ["-name", "first", .. dial]))
            {
                await client.ConnectAsync(listener, Token);
                first.Freeze();
                var lost = client.ConnectionStates.FirstAsync(state => state.Phase == QmpConnectionPhase.Lost).ToTask(Token);
                var cut = client.ExecuteAsync(QmpCommand.Create("query-status"), Token);
                first.Kill();
                await Assert.ThrowsAsync<QmpDisconnectedException>(() => cut);
                Assert.IsType<QmpDisconnectedException>((await lost).Cause);
            }

            var waiting = client.ExecuteAsync(QmpCommand.Create("query-status"), Token);
            using var second = new QemuUnderTest("none", null, ["-name", "second", .. dial]);
            await waiting;
            Assert.Equal(["first", "second"], names);
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }
}
