using Rx.Qmp.Protocol;

namespace Rx.Qmp.Tests;

public class DeviceRemovalTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static Task Remove(QmpRig rig, string id = "disk0") =>
        rig.Client.DeviceRemoveAsync(id, Limit, TestContext.Current.CancellationToken);

    [Fact]
    public void Trap22_the_event_in_front_of_the_reply_in_the_same_write_completes_the_removal()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => Events.DeviceDeleted("disk0") + command.Return();
        Assert.True(Remove(rig).IsCompletedSuccessfully);
        Assert.Equal("""{"execute":"device_del","arguments":{"id":"disk0"},"id":0}""", rig.Server.Received[^1].Raw);
    }

    [Fact]
    public void Trap22_an_event_caused_by_a_command_is_seen_before_its_reply()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => Events.Stop + command.Return();
        string? seen = null;
        rig.Execute("stop").ContinueWith(
            _ => seen = string.Join(",", rig.EventNames),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        Assert.Equal("STOP", seen);
    }

    [Fact]
    public void The_event_after_the_reply_completes_the_removal()
    {
        using var rig = QmpRig.Connected();
        var removing = Remove(rig);
        Assert.False(removing.IsCompleted);
        rig.Server.Send(Events.DeviceDeleted("disk0"));
        Assert.True(removing.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData("DEVICE_UNPLUG_GUEST_ERROR", """{"device": "disk0", "path": "/machine/peripheral/disk0"}""")]
    [InlineData("DEVICE_UNPLUG_GUEST_ERROR", """{"path": "/machine/peripheral/disk0"}""")]
    [InlineData("MEM_UNPLUG_ERROR", """{"device": "disk0", "msg": "busy"}""")]
    public async Task Trap23_a_guest_that_refuses_fails_the_removal(string name, string data)
    {
        using var rig = QmpRig.Connected();
        var removing = Remove(rig);
        rig.Server.Send(Events.Named(name, data));
        Assert.Equal("disk0", (await Assert.ThrowsAsync<QmpDeviceUnplugException>(() => removing)).Device);
    }

    [Fact]
    public async Task Trap23_a_guest_that_never_answers_runs_into_the_deadline()
    {
        using var rig = QmpRig.Connected();
        var removing = Remove(rig);
        rig.Advance(19.999);
        Assert.False(removing.IsCompleted);
        rig.Advance(0.001);
        var error = await Assert.ThrowsAsync<QmpTimeoutException>(() => removing);
        Assert.Equal(("device_del", Limit), (error.Command, error.Duration));
    }

    [Fact]
    public void Trap23_a_reset_completes_the_removal()
    {
        using var rig = QmpRig.Connected();
        var removing = Remove(rig);
        rig.Server.Send(Events.DeviceDeleted("disk0") + Events.Named("RESET", """{"guest": false, "reason": "host-qmp-system-reset"}"""));
        Assert.True(removing.IsCompletedSuccessfully);
    }

    [Fact]
    public void Trap23_events_of_other_devices_and_of_parts_of_this_one_do_not_count()
    {
        using var rig = QmpRig.Connected();
        var removing = Remove(rig);
        rig.Server.Send(Events.DeviceDeleted("disk00") + Events.DeviceDeleted("disk"));
        rig.Server.Send(Events.Named("DEVICE_UNPLUG_GUEST_ERROR", """{"device": "disk1", "path": "/machine/peripheral/disk1"}"""));
        rig.Server.Send(Events.Named("DEVICE_DELETED", """{"path": "/machine/peripheral/disk0/virtio-backend"}"""));
        rig.Server.Send(Events.Named("DEVICE_DELETED", """{"device": "other", "path": "/machine/peripheral/disk0"}"""));
        rig.Server.Send(Events.Named("DEVICE_DELETED", """{"device": 7, "path": []}""") + Events.Named("DEVICE_DELETED", "[]"));
        Assert.False(removing.IsCompleted);
        rig.Server.Send(Events.DeviceDeleted("disk0"));
        Assert.True(removing.IsCompletedSuccessfully);
    }

    [Fact]
    public void Trap23_an_event_with_only_the_path_completes_the_removal()
    {
        using var rig = QmpRig.Connected();
        var removing = Remove(rig);
        rig.Server.Send(Events.Named("DEVICE_DELETED", """{"path": "/machine/peripheral/disk0"}"""));
        Assert.True(removing.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Trap23_the_end_of_the_vm_ends_the_removal_at_once()
    {
        using var rig = QmpRig.Connected();
        var removing = Remove(rig);
        rig.Server.HangUp();
        var error = await Assert.ThrowsAsync<QmpDisconnectedException>(() => removing);
        Assert.Equal("device_del", error.Command);
        Assert.Same(rig.States[^1].Cause, error.InnerException);
    }

    [Fact]
    public async Task A_removal_qemu_refuses_fails_with_its_error()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => command.Error("DeviceNotFound", "Device 'disk0' not found");
        Assert.Equal("DeviceNotFound", (await Assert.ThrowsAsync<QmpCommandException>(() => Remove(rig))).ErrorClass);
    }

    [Fact]
    public async Task A_caller_who_gives_up_leaves_nothing_behind()
    {
        using var rig = QmpRig.Connected();
        using var stop = new CancellationTokenSource();
        var removing = rig.Client.DeviceRemoveAsync("disk0", Limit, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => removing);
        rig.Server.Send(Events.DeviceDeleted("disk0"));
        Assert.True(Remove(rig, "disk1").Status is TaskStatus.WaitingForActivation);
    }

    [Fact]
    public void Trap24_the_node_is_removed_only_after_the_device_is_gone()
    {
        using var rig = QmpRig.Connected();
        var inUse = true;
        rig.Server.Answer = command => command.Name == "blockdev-del" && inUse
            ? command.Error("GenericError", "Node disk0n is in use")
            : command.Return();
        var both = RemoveBoth();
        Assert.DoesNotContain(rig.Server.Received, command => command.Name == "blockdev-del");
        rig.Server.Send(Events.Named("DEVICE_DELETED", """{"path": "/machine/peripheral/disk0/virtio-backend"}"""));
        inUse = false;
        rig.Server.Send(Events.DeviceDeleted("disk0"));
        Assert.True(both.IsCompletedSuccessfully);

        async Task RemoveBoth()
        {
            await Remove(rig).ConfigureAwait(false);
            await rig.Client.ExecuteAsync(new BlockdevDel { NodeName = "disk0n" }, TestContext.Current.CancellationToken).ConfigureAwait(false);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("-x")]
    [InlineData("a,b")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("é")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public async Task What_is_no_id_is_refused_before_anything_is_sent(string id)
    {
        using var rig = QmpRig.Connected();
        await Assert.ThrowsAsync<ArgumentException>(() => Remove(rig, id));
        Assert.Single(rig.Server.Received);
    }
}
