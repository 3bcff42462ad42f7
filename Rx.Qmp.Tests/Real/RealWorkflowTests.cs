using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using System.Text.Json;

namespace Rx.Qmp.Tests;

/// <summary>The workflows against QEMU itself. Real time: waits end with an event or a deadline of the client's own.</summary>
[Slow]
[Collection("RealVm")]
[Trait("Category", "RealVm")]
public class RealWorkflowTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static QmpJobOptions Options { get; } = new() { Timeout = Limit };

    [Fact]
    public async Task Trap36_images_are_made_copied_mirrored_and_committed_by_jobs()
    {
        using var qemu = new QemuUnderTest();
        await using var client = await Connect(qemu);
        await MakeImage(qemu, client, "base");
        await MakeImage(qemu, client, "top");
        await Open(client, "base", null);
        await Open(client, "top", "base");
        await AddRaw(qemu, client, "copy");
        await AddRaw(qemu, client, "twin");

        var copied = await Run(client, "blockdev-backup", ("device", "top"), ("target", "copy"), ("sync", "full"));
        Assert.Equal(("concluded", "backup", 1048576ul), (copied[^1].Status, copied[^1].Type, copied[^1].Current));
        var mirrored = await Run(client, "blockdev-mirror", ("device", "top"), ("target", "twin"), ("sync", "full"));
        Assert.Contains(mirrored, item => item.Status == "ready");
        var committed = await Run(client, "block-commit", ("device", "top"));
        Assert.Equal("commit", committed[^1].Type);
        Assert.Equal("[]", await Jobs(client));
    }

    [Fact]
    public async Task Trap36_a_job_that_fails_at_once_gives_its_error()
    {
        using var qemu = new QemuUnderTest();
        await using var client = await Connect(qemu);
        await AddFile(qemu, client, "bad-file");
        var create = Create("bad-file", writer => writer.WriteNumber("cluster-size", 3));
        var failure = await Assert.ThrowsAsync<QmpJobException>(() => client.RunJob(create, "j", Options).ToTask(Token));
        Assert.Contains("Cluster size", failure.Reason);
        Assert.Equal("[]", await Jobs(client));
    }

    [Fact]
    public async Task Trap36_a_job_that_dismisses_and_one_that_does_not_finalize_itself_are_seen_through()
    {
        using var qemu = new QemuUnderTest();
        await using var client = await Connect(qemu);
        await AddRaw(qemu, client, "a");
        await AddRaw(qemu, client, "b");
        foreach (var member in (string[])["auto-dismiss", "auto-finalize"])
        {
            var backup = QmpCommand.Create("blockdev-backup", writer =>
            {
                Write(writer, [("job-id", "j"), ("device", "a"), ("target", "b"), ("sync", "full")]);
                writer.WriteBoolean(member, member == "auto-dismiss");
            });
            var seen = await client.RunJob(backup, "j", Options).ToList().ToTask(Token);
            Assert.Equal("created", seen[0].Status);
            Assert.Equal("[]", await Jobs(client));
        }
    }

    [Fact]
    public async Task Trap36_a_disposed_job_is_cancelled_and_leaves_nothing()
    {
        using var qemu = new QemuUnderTest();
        await using var client = await Connect(qemu);
        await AddRaw(qemu, client, "a");
        await AddRaw(qemu, client, "b");
        var backup = QmpCommand.Create("blockdev-backup", writer =>
        {
            Write(writer, [("device", "a"), ("target", "b"), ("sync", "full")]);
            writer.WriteNumber("speed", 65536);
        });
        var gone = client.ObserveEvents(QmpEventBuffer.Fail(1000))
            .FirstAsync(item => item.Concerns("j") && item.GetDataElement().TryGetProperty("status", out var status) && status.GetString() == "null")
            .ToTask(Token);
        using (client.RunJob(backup, "j").Subscribe())
        {
            await client.Events.FirstAsync(item => item.Concerns("j")).ToTask(Token);
        }

        await gone;
        Assert.Equal("[]", await Jobs(client));
    }

    [Fact]
    public async Task Trap36_a_job_ends_with_the_vm()
    {
        using var qemu = new QemuUnderTest();
        await using var client = await Connect(qemu);
        await AddRaw(qemu, client, "a");
        await AddRaw(qemu, client, "b");
        var mirror = QmpCommand.Create("blockdev-mirror", writer => Write(writer, [("device", "a"), ("target", "b"), ("sync", "full")]));
        var job = client.RunJob(mirror, "j", new() { CompleteWhenReady = false });
        var end = job.Do(item =>
        {
            if (item.Status == "ready")
            {
                qemu.Kill();
            }
        }).ToTask(Token);
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => end);
    }

    [Fact]
    public async Task A_machine_without_guest_takes_no_notice_of_the_power_button_and_is_quit()
    {
        using var qemu = new QemuUnderTest("q35", null, "-m", "32");
        await using var client = await Connect(qemu);
        var grace = TimeSpan.FromMilliseconds(100);
        await Assert.ThrowsAsync<QmpTimeoutException>(() => client.PowerDownAsync(grace, cancellationToken: Token));
        Assert.Equal(QmpPowerDownEnd.Quit, (await client.PowerDownAsync(grace, quitAfterwards: true, Token)).End);
        Assert.Equal(0, await qemu.ExitCode());
    }

    [Fact]
    public async Task Trap37_the_status_is_found_in_preconfig_and_after_it()
    {
        using var qemu = new QemuUnderTest("none", null, "--preconfig");
        await using var client = await Connect(qemu);
        Assert.False((await client.WaitForStatusAsync("prelaunch", Limit, Token)).Running);
        await Assert.ThrowsAsync<QmpCommandException>(() => client.ExecuteAsync(QmpCommand.Create("cont"), Token));
        await client.ExecuteAsync(QmpCommand.Create("x-exit-preconfig"), Token);
        var running = client.WaitForStatusAsync("running", Limit, Token);
        await client.ExecuteAsync(QmpCommand.Create("cont"), Token);
        Assert.True((await running).Running);
    }

    [Fact]
    public async Task Trap37_a_machine_is_migrated_and_its_target_seen_to_arrive_without_events()
    {
        using var source = new QemuUnderTest("q35", null, "-m", "32");
        var link = source.PathOf("link");
        using var target = new QemuUnderTest("q35", null, "-m", "32", "-incoming", "unix:" + link);
        await using var from = await Connect(source);
        await using var to = await Connect(target);
        await to.WaitForStatusAsync("inmigrate", Limit, Token);
        var names = new List<string>();
        var seen = from.ObserveEvents(QmpEventBuffer.Fail(1000)).Do(item => names.Add(item.Name)).LastOrDefaultAsync().ToTask(Token);
        var arrived = to.WaitForStatusAsync("prelaunch", Limit, Token);
        var end = await from.MigrateAsync("unix:" + link, new() { Timeout = Limit }, null, Token);
        Assert.Equal("completed", end.Status);
        Assert.True(end.TotalBytes >= 32 << 20);
        await arrived;
        await from.WaitForStatusAsync("postmigrate", Limit, Token);
        await from.DisposeAsync();
        await seen;
        Assert.Contains("MIGRATION", names);
    }

    [Fact]
    public async Task A_migration_to_nowhere_fails_and_a_slow_one_is_cancelled()
    {
        using var source = new QemuUnderTest("q35", null, "-m", "32");
        await using var client = await Connect(source);
        var nowhere = client.MigrateAsync("unix:" + source.PathOf("nobody"), new() { Timeout = Limit }, null, Token);
        Assert.False((await Assert.ThrowsAsync<QmpMigrationException>(() => nowhere)).WasCancelled);

        var link = source.PathOf("link");
        using var target = new QemuUnderTest("q35", null, "-m", "32", "-incoming", "unix:" + link);
        await using var to = await Connect(target);
        target.Freeze();
        var stuck = client.MigrateAsync("unix:" + link, new() { Timeout = TimeSpan.FromMilliseconds(500) }, null, Token);
        await Assert.ThrowsAsync<QmpTimeoutException>(() => stuck);
        var info = await client.ExecuteAsync(QmpCommand.Create("query-migrate"), Token);
        Assert.Equal("cancelled", info.GetElement().GetProperty("status").GetString());
        target.Thaw();
    }

    [Fact]
    public async Task A_machine_is_saved_to_a_file_and_loaded_again()
    {
        using var source = new QemuUnderTest("q35", null, "-m", "32", "-sandbox", "on,spawn=deny");
        await using var client = await Connect(source);
        var path = source.PathOf("saved");
        await File.WriteAllTextAsync(path, "an older one", Token);
        var end = await client.SaveToFileAsync(path, new() { Timeout = Limit }, null, Token);
        Assert.Equal("completed", end.Status);
        Assert.True(new FileInfo(path).Length > 10_000);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

        // The machine is over now; what refuses must leave neither file nor descriptor behind.
        await Assert.ThrowsAsync<QmpCommandException>(() => client.SaveToFileAsync(source.PathOf("again"), cancellationToken: Token));
        Assert.Empty(Directory.EnumerateFiles(Path.GetDirectoryName(path)!, "again*"));

        using var target = new QemuUnderTest("q35", null, "-m", "32", "-incoming", "defer");
        await using var to = await Connect(target);
        using var file = File.OpenHandle(path);
        await to.ExecuteAsync(QmpCommand.Create("getfd", writer => writer.WriteString("fdname", "saved")).WithFile(file), Token);
        var arrived = to.WaitForStatusAsync("prelaunch", Limit, Token);
        await to.ExecuteAsync(QmpCommand.Create("migrate-incoming", writer => writer.WriteString("uri", "fd:saved")), Token);
        await arrived;
    }

    private static Task<QmpClient> Connect(QemuUnderTest qemu) => QmpClient.ConnectAsync(
        QmpEndpoint.Unix(qemu.SocketPath), new QmpClientOptions { Scheduler = new TaskPoolScheduler(Task.Factory) }, Token);

    private static async Task<string> Jobs(QmpClient client) =>
        (await client.ExecuteAsync(QmpCommand.Create("query-jobs"), Token)).GetElement().GetRawText();

    private static async Task<IList<QmpJobProgress>> Run(QmpClient client, string name, params (string Name, string Value)[] arguments) =>
        await client.RunJob(QmpCommand.Create(name, writer => Write(writer, arguments)), name, Options).ToList().ToTask(Token);

    private static void Write(Utf8JsonWriter writer, (string Name, string Value)[] members)
    {
        foreach (var (name, value) in members)
        {
            writer.WriteString(name, value);
        }
    }

    private static async Task MakeImage(QemuUnderTest qemu, QmpClient client, string name)
    {
        await AddFile(qemu, client, name + "-file");
        await client.RunJob(Create(name + "-file"), "j", Options).ToTask(Token);
    }

    private static QmpCommand Create(string file, Action<Utf8JsonWriter>? more = null) => QmpCommand.Create("blockdev-create", writer =>
    {
        writer.WriteString("job-id", "j");
        writer.WriteStartObject("options");
        Write(writer, [("driver", "qcow2"), ("file", file)]);
        writer.WriteNumber("size", 1 << 20);
        more?.Invoke(writer);
        writer.WriteEndObject();
    });

    private static async Task Open(QmpClient client, string name, string? backing) =>
        await client.ExecuteAsync(
            QmpCommand.Create("blockdev-add", writer =>
            {
                Write(writer, [("driver", "qcow2"), ("node-name", name), ("file", name + "-file")]);
                if (backing is not null)
                {
                    writer.WriteString("backing", backing);
                }
            }),
            Token);

    private static async Task AddFile(QemuUnderTest qemu, QmpClient client, string name)
    {
        using (var image = File.Create(qemu.PathOf(name)))
        {
            image.SetLength(1 << 20);
        }

        await client.ExecuteAsync(
            QmpCommand.Create("blockdev-add", writer =>
                Write(writer, [("driver", "file"), ("node-name", name), ("filename", qemu.PathOf(name))])),
            Token);
    }

    private static async Task AddRaw(QemuUnderTest qemu, QmpClient client, string name)
    {
        await AddFile(qemu, client, name + "-file");
        await client.ExecuteAsync(
            QmpCommand.Create("blockdev-add", writer =>
                Write(writer, [("driver", "raw"), ("node-name", name), ("file", name + "-file")])),
            Token);
    }
}
