namespace Rx.Qmp.Tests;

public class MigrationTests
{
    private readonly List<QmpMigrationProgress> _progress = [];
    private string _info = Info("active", 1);

    [Fact]
    public async Task Its_events_are_switched_on_first_and_its_end_is_told_by_one()
    {
        using var rig = QmpRig.Connected();
        var moving = Migrate(rig);
        Assert.Equal(
            [
                "qmp_capabilities {}",
                """migrate-set-capabilities {"capabilities":[{"capability":"events","state":true}]}""",
                """migrate {"uri":"unix:/m"}""",
                "query-migrate ",
            ],
            rig.Server.Received.Select(command => $"{command.Name} {(command.Name == "qmp_capabilities" ? "{}" : command.Arguments)}"));
        _info = Info("completed", 9);
        rig.Server.Send(Changed("completed"));
        Assert.True(moving.IsCompleted);
        Assert.Equal(new QmpMigrationProgress("completed", 9, 5, 10), await moving);
        Assert.Equal(["active", "completed"], _progress.Select(item => item.Status));
    }

    [Fact]
    public void Trap22_it_may_be_over_before_the_reply()
    {
        using var rig = QmpRig.Connected();
        _info = Info("completed", 9);
        var moving = Migrate(rig, command => Changed("setup") + Changed("completed") + command.Return());
        Assert.True(moving.IsCompletedSuccessfully);
    }

    [Fact]
    public void Trap37_without_events_its_end_is_found_by_asking()
    {
        using var rig = QmpRig.Connected();
        var moving = Migrate(rig, null, command => command.Error("GenericError", "no such capability"));
        rig.Advance(3.5);
        Assert.Single(_progress);
        _info = Info("completed", 9);
        rig.Advance(1);
        Assert.True(moving.IsCompletedSuccessfully);
        var asked = rig.Server.Received.Count;
        rig.Advance(10);
        Assert.Equal(asked, rig.Server.Received.Count);
    }

    [Theory]
    [InlineData("failed", """, "error-desc": "Connection refused" """, "Connection refused", false)]
    [InlineData("failed", "", null, false)]
    [InlineData("cancelled", "", null, true)]
    public async Task A_failure_and_a_foreign_cancellation_say_so(string status, string more, string? reason, bool wasCancelled)
    {
        using var rig = QmpRig.Connected();
        var moving = Migrate(rig);
        _info = $$"""{"status": "{{status}}"{{more}}}""";
        rig.Server.Send(Changed(status));
        var failure = await Assert.ThrowsAsync<QmpMigrationException>(() => moving);
        Assert.Equal((reason, wasCancelled), (failure.Reason, failure.WasCancelled));
        Assert.Equal("query-migrate", rig.Server.Received[^1].Name);
    }

    [Fact]
    public async Task A_refusal_is_passed_on_and_nothing_is_cancelled()
    {
        using var rig = QmpRig.Connected();
        var moving = Migrate(rig, command => command.Error("GenericError", "There's a migration process in progress"));
        await Assert.ThrowsAsync<QmpCommandException>(() => moving);
        Assert.Equal("migrate", rig.Server.Received[^1].Name);
    }

    [Fact]
    public async Task A_caller_who_gives_up_cancels_it_and_waits_for_that()
    {
        using var rig = QmpRig.Connected();
        using var stop = new CancellationTokenSource();
        var moving = MigrateUntil(rig, null, null, stop.Token);
        _info = Info("cancelling", 2);
        await stop.CancelAsync();
        Assert.Contains(rig.Server.Received, command => command.Name == "migrate_cancel");
        Assert.False(moving.IsCompleted);
        _info = Info("cancelled", 2);
        rig.Server.Send(Changed("cancelled"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => moving);
    }

    [Fact]
    public async Task One_that_takes_too_long_is_cancelled_and_one_that_cannot_be_is_left()
    {
        using var rig = QmpRig.Connected();
        var moving = Migrate(rig);
        rig.Advance(100);
        Assert.Contains(rig.Server.Received, command => command.Name == "migrate_cancel");
        rig.Advance(29);
        Assert.False(moving.IsCompleted);
        rig.Advance(1.1);
        Assert.Equal("migrate", (await Assert.ThrowsAsync<QmpTimeoutException>(() => moving)).Command);
    }

    [Fact]
    public async Task The_end_of_the_vm_ends_it_at_once()
    {
        using var rig = QmpRig.Connected();
        var moving = Migrate(rig);
        rig.Server.HangUp();
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => moving);
    }

    [Fact]
    public async Task A_machine_that_cannot_be_given_the_file_leaves_none_behind()
    {
        using var rig = QmpRig.Connected();
        var home = Directory.CreateTempSubdirectory("rxqmp-");
        try
        {
            var saving = rig.Client.SaveToFileAsync(
                Path.Combine(home.FullName, "saved"), cancellationToken: TestContext.Current.CancellationToken);
            await Assert.ThrowsAsync<QmpUnsupportedException>(() => saving);
            Assert.Empty(home.EnumerateFiles());
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    [Fact]
    public void One_given_up_before_it_was_sent_cancels_nobody_elses()
    {
        using var rig = QmpRig.Connected(options => options with { MaxInFlight = 1, OutOfBand = false });
        using var stop = new CancellationTokenSource();
        rig.Server.Answer = command => command.Name is "migrate-set-capabilities" or "busy" ? null : command.Return();
        var moving = rig.Client.MigrateAsync("unix:/m", cancellationToken: stop.Token);
        var busy = rig.Execute("busy");
        rig.Server.Send(rig.Server.Last("migrate-set-capabilities").Return());
        Assert.Equal("busy", rig.Server.Received[^1].Name);
        stop.Cancel();
        rig.Server.Send(rig.Server.Last("busy").Return());
        Assert.True(busy.IsCompletedSuccessfully);
        Assert.True(moving.IsCanceled);
        Assert.Equal("busy", rig.Server.Received[^1].Name);
    }

    [Fact]
    public async Task What_a_killed_process_left_of_a_saving_is_swept_by_the_next_and_what_is_in_use_stays()
    {
        using var rig = QmpRig.Connected();
        var home = Directory.CreateTempSubdirectory("rxqmp-");
        try
        {
            var path = Path.Combine(home.FullName, "saved");
            await File.WriteAllTextAsync(path + ".rx-save-0123456789abcdef", "left", TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(path + ".rx", "mine", TestContext.Current.CancellationToken);
            using var inUse = PartFile.Make(path);
            var saving = rig.Client.SaveToFileAsync(path, cancellationToken: TestContext.Current.CancellationToken);
            await Assert.ThrowsAsync<QmpUnsupportedException>(() => saving);
            Assert.Equal(
                [path + ".rx", inUse.Name], home.EnumerateFiles().Select(file => file.FullName).Order(StringComparer.Ordinal));
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task A_saving_given_up_before_it_began_takes_its_descriptor_back()
    {
        var home = Directory.CreateTempSubdirectory("rxqmp-");
        try
        {
            using var stop = new CancellationTokenSource();
            var socket = Path.Combine(home.FullName, "qmp");
            using var server = new FakeQmpServer();
            server.On("migrate-set-capabilities", _ =>
            {
                stop.Cancel();
                return QmpAnswer.Value();
            });
            using var listening = server.Listen(socket);
            await using var client = await QmpClient.ConnectAsync(socket, TestContext.Current.CancellationToken);
            var saving = client.SaveToFileAsync(Path.Combine(home.FullName, "saved"), cancellationToken: stop.Token);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => saving);
            Assert.Equal(server.Last("getfd").Arguments.GetRawText(), server.Last("closefd").Arguments.GetRawText());
            Assert.DoesNotContain(server.Received, command => command.Name == "migrate");
            Assert.Equal(["qmp"], home.EnumerateFileSystemInfos().Select(file => file.Name));
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    private static string Info(string status, int sent) =>
        $$$"""{"status": "{{{status}}}", "ram": {"transferred": {{{sent}}}, "remaining": 5, "total": 10}}""";

    private static string Changed(string status) => Events.Named("MIGRATION", $$"""{"status": "{{status}}"}""");

    private Task<QmpMigrationProgress> Migrate(
        QmpRig rig, Func<FakeQmpCommand, string>? answer = null, Func<FakeQmpCommand, string>? capability = null) =>
        MigrateUntil(rig, answer, capability, TestContext.Current.CancellationToken);

    private Task<QmpMigrationProgress> MigrateUntil(
        QmpRig rig, Func<FakeQmpCommand, string>? answer, Func<FakeQmpCommand, string>? capability, CancellationToken stop)
    {
        rig.Server.Answer = command => command.Name switch
        {
            "query-migrate" => command.Return(_info),
            "migrate" when answer is not null => answer(command),
            "migrate-set-capabilities" when capability is not null => capability(command),
            _ => command.Return(),
        };
        return rig.Client.MigrateAsync("unix:/m", new() { Timeout = TimeSpan.FromSeconds(100) }, new Heard(_progress), stop);
    }

    private sealed class Heard(List<QmpMigrationProgress> list) : IProgress<QmpMigrationProgress>
    {
        public void Report(QmpMigrationProgress value) => list.Add(value);
    }
}
