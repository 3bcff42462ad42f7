using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Rx.Qmp.Protocol;

namespace Rx.Qmp.Tests;

/// <summary>What clients do with QEMU, told once: run against QEMU to record it, and against the recording. Each waits for what matters by
/// an event, so that it says the same every time.</summary>
internal static class TranscriptScenarios
{
    /// <summary>The arguments of QEMU's machine, and what the client does.</summary>
    public static IReadOnlyDictionary<string, Scenario> All { get; } =
        new Dictionary<string, Scenario>
        {
            ["queries"] = new("none", null, ["-name", "probe"], Queries),
            ["pretty"] = new("none", "chardev=qmp,mode=control,pretty=on", ["-name", "probe"], Queries),
            ["hotplug"] = new("q35", null, ["-m", "32", "-device", "pcie-root-port,id=rp0,chassis=1"], Hotplug),
            ["job"] = new("none", null, [], Job),
            ["stop"] = new("q35", null, ["-m", "32"], StopAndGo),
            ["quit"] = new("none", null, [], (client, _) => client.QuitAsync(Token)),
        };

    /// <summary>One of them.</summary>
    /// <param name="Machine">QEMU's machine.</param>
    /// <param name="Monitor">Its monitor; null: the usual one.</param>
    /// <param name="More">More of its command line.</param>
    /// <param name="Run">What the client does; gets the name of an image.</param>
    internal sealed record Scenario(string Machine, string? Monitor, string[] More, Func<QmpClient, string, Task> Run);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Task<QmpReply> Execute(QmpClient client, QmpCommand command) => client.ExecuteAsync(command, Token);

    private static async Task Queries(QmpClient client, string image)
    {
        await Execute(client, QmpCommand.Create("query-status"));
        await Execute(client, QmpCommand.Create("query-name"));
        await Execute(client, QmpCommand.Create("query-version"));
        await Execute(client, QmpCommand.Create("query-chardev"));
        await Assert.ThrowsAsync<QmpCommandException>(() => Execute(client, QmpCommand.Create("query-nonsense")));
        await Assert.ThrowsAsync<QmpCommandException>(() => Execute(client, TestCommands.AddDevice("nonsense", "d0")));
    }

    private static async Task Hotplug(QmpClient client, string image)
    {
        await Execute(client, TestCommands.AddImage("disk0n", image, readOnly: false));
        await Execute(client, TestCommands.AddDevice("virtio-blk-pci", "disk0", ("bus", "rp0"), ("drive", "disk0n")));
        await Execute(client, QmpCommand.Create("query-block"));
        var gone = client.EventsOf<DeviceDeletedEvent>().FirstAsync(deleted => deleted.Device == "disk0").ToTask(Token);
        await Execute(client, new DeviceDel { Id = "disk0" }.Encode());

        // No guest is running that could let go of it; a reset takes it away.
        await Execute(client, QmpCommand.Create("system_reset"));
        await gone;
        await Execute(client, new BlockdevDel { NodeName = "disk0n" }.Encode());
    }

    private static async Task Job(QmpClient client, string image)
    {
        var states = client.Events.Where(item => item.Name == "JOB_STATUS_CHANGE")
            .Select(item => item.GetDataElement().GetProperty("status").GetString());
        var concluded = states.FirstAsync(status => status == "concluded").ToTask(Token);
        await Execute(client, QmpCommand.Create("blockdev-create", writer =>
        {
            writer.WriteString("job-id", "create0");
            writer.WriteStartObject("options");
            writer.WriteString("driver", "file");
            writer.WriteString("filename", image);
            writer.WriteNumber("size", 65536);
            writer.WriteEndObject();
        }));
        await concluded;
        await Execute(client, QmpCommand.Create("query-jobs"));
        var gone = states.FirstAsync(status => status == "null").ToTask(Token);
        await Execute(client, QmpCommand.Create("job-dismiss", writer => writer.WriteString("id", "create0")));
        await gone;
    }

    private static async Task StopAndGo(QmpClient client, string image)
    {
        await Execute(client, QmpCommand.Create("cont"));
        await Execute(client, QmpCommand.Create("stop"));
        await Execute(client, QmpCommand.Create("query-status"));
        await Execute(client, QmpCommand.Create("object-add", writer =>
        {
            writer.WriteString("qom-type", "secret");
            writer.WriteString("id", "s0");
            writer.WriteString("data", "hunter2");
        }));
        await client.QuitAsync(Token);
    }
}
