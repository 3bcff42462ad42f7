using System.Collections.Immutable;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using System.Text;
using System.Text.Json.Nodes;
using Rx.Qmp.Generator.Model;
using Rx.Qmp.Protocol;

namespace Rx.Qmp.Tests.Protocol;

/// <summary>The generated types against QEMU itself.</summary>
[Slow]
[Collection("RealVm")]
[Trait("Category", "RealVm")]
public class RealQemuTypesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static QmpClientOptions Options { get; } = new() { Scheduler = new TaskPoolScheduler(Task.Factory) };

    [Fact]
    public async Task Status_and_schema_are_typed()
    {
        using var qemu = new QemuUnderTest();
        await using var client = await Connect(qemu);
        var status = await client.ExecuteAsync(new QueryStatus(), Token);
        Assert.Equal(new StatusInfo { Running = false, Singlestep = status.Singlestep, Status = RunState.Prelaunch }, status);

        var schema = await QmpSchema.QueryAsync(client, Token);
        Assert.True(schema.Has("blockdev-add/driver=qcow2/file"));
        Assert.True(schema.Has(DeviceAdd.CommandName));
        Assert.True(schema.IsOobAllowed("migrate-pause"));
        Assert.False(schema.Has("blockdev-add/driver=floppy"));
        if (client.Greeting!.Package.Length > 0)
        {
            Assert.Same(schema, await QmpSchema.QueryAsync(client, Token));
        }
    }

    [Fact]
    public async Task A_disk_comes_and_goes_by_typed_commands()
    {
        using var qemu = new QemuUnderTest("q35", null, "-m", "32", "-device", "pcie-root-port,id=port0,chassis=1");
        await using var client = await Connect(qemu);
        var file = new BlockdevOptions.File { Filename = qemu.MakeImage() };
        await client.ExecuteAsync(new BlockdevAdd(new BlockdevOptions.Raw { NodeName = "disk0n", ReadOnly = true, File = file }), Token);
        await client.ExecuteAsync(
            new DeviceAdd
            {
                Driver = "virtio-blk-pci",
                Id = "disk0",
                Bus = "port0",
                Properties = new Dictionary<string, QmpValue> { ["drive"] = "disk0n" },
            },
            Token);
        var blocks = await client.ExecuteAsync(new QueryBlock(), Token);
        var block = Assert.Single(blocks, block => block.Inserted?.NodeName == "disk0n");
        Assert.Equal((true, "raw", 1024L * 1024), (block.Inserted!.Ro, block.Inserted.Drv, block.Inserted.Image!.VirtualSize));

        var gone = client.EventsOf<DeviceDeletedEvent>().FirstAsync(item => item.Device == "disk0").ToTask(Token);
        // There is no guest that could let go of it; a reset takes away what was asked for.
        await client.ExecuteAsync(new DeviceDel { Id = "disk0" }, Token);
        await client.ExecuteAsync(new SystemReset(), Token);
        Assert.Equal("/machine/peripheral/disk0", (await gone).Path);
        await client.ExecuteAsync(new BlockdevDel { NodeName = "disk0n" }, Token);
        var refused = await Assert.ThrowsAsync<QmpCommandException>(
            () => client.ExecuteAsync(new BlockdevDel { NodeName = "disk0n" }, Token));
        Assert.Equal("GenericError", refused.ErrorClass);
    }

    [Fact]
    public async Task Whatever_can_be_asked_without_arguments_is_answered_in_its_type_and_nothing_is_lost()
    {
        using var qemu = new QemuUnderTest(
            "q35", null,
            "-smp", "2", "-device", "virtio-net-pci,netdev=n0", "-netdev", "user,id=n0", "-device", "virtio-balloon-pci",
            "-object", "memory-backend-ram,id=ram0,size=1M", "-object", "iothread,id=io0", "-vnc", "none",
            "-blockdev", "driver=null-co,node-name=null0", "-device", "virtio-blk-pci,drive=null0", "-device", "ich9-ahci");
        await using var client = await Connect(qemu);
        var recorded = client.Greeting!.Version is { Major: 7, Minor: 2 };
        var answered = 0;
        foreach (var command in RecordedSchema.Document.Commands.Where(IsPlainQuestion))
        {
            JsonNode? raw;
            try
            {
                raw = JsonNode.Parse((await client.ExecuteAsync(QmpCommand.Create(command.Name), Token)).Json.Span);
            }
            catch (QmpCommandException)
            {
                // It has no such device, or is a newer one without the command.
                continue;
            }

            var type = TypeOf(command.Return!);
            var items = raw is JsonArray list ? [.. list] : ImmutableArray.Create(raw);
            var subject = new Subject(RecordedSchema.Document.Type(command.Return!), type, false);
            foreach (var item in items.Where(item => item is JsonObject))
            {
                var back = subject.RoundTrip(item!.ToJsonString());
                Assert.True(!recorded || JsonNode.DeepEquals(item, JsonNode.Parse(back)), $"{command.Name}: {item.ToJsonString()} came back as {back}");
            }

            answered++;
        }

        Assert.True(answered > 50, $"only {answered}");
    }

    private static Task<QmpClient> Connect(QemuUnderTest qemu) =>
        QmpClient.ConnectAsync(QmpEndpoint.Unix(qemu.SocketPath), Options, Token);

    private static bool IsPlainQuestion(Entry command) =>
        command.Name.StartsWith("query-", StringComparison.Ordinal)
        && RecordedSchema.Document.Type(command.Argument!) is { Tag: null } argument
        && argument.Members.All(member => member.Optional)
        && TypeOf(command.Return!).Length > 0;

    private static string TypeOf(string type)
    {
        var entry = RecordedSchema.Document.Type(type);
        return entry.Kind == EntryKind.Array ? TypeOf(entry.Element!) : RecordedSchema.Catalog.NameOf(type) ?? string.Empty;
    }
}
