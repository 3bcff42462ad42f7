using Microsoft.Reactive.Testing;
using Rx.Vm.Effects;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Lifecycle;
using Rx.Vm.Qemu;
using Rx.Vm.Reactive;

namespace Rx.Vm.Tests.Effects;

/// <summary>Launch, quit, kill and release alone, in every order in which a driver may answer.</summary>
public sealed class MachineEffectsTests : IMachineDriver
{
    private static readonly VmState Ended = new() { VmId = "vm", Phase = VmPhase.Destroying };

    private readonly List<VmEvent> _posted = [];
    private readonly TestScheduler _time = new();
    private readonly StillMachine _machine = new();
    private readonly TaskCompletionSource<IMachine> _start = new();
    private readonly MachineEffects _effects;
    private CancellationToken _given;
    private int _starts;

    public MachineEffectsTests() => _effects = Effects(new StartQueue(1, null, _time, inline: true));

    [Fact]
    public void A_launched_machine_is_told_before_anything_it_says()
    {
        _start.SetResult(_machine);
        Launch(_effects);
        _machine.ControlEnd.Feed(ControlFrame.Encode(GuestCode.Ready, new GuestFeatures("rxvm", 1, GuestFeature.All & ~GuestFeature.Ids).ToPayload()));
        Assert.Equal(VmEventKind.ProcessStarted, _posted[0].Kind);
        Assert.Contains(VmEventKind.QmpConnected, Kinds);
        Assert.Contains(VmEventKind.GuestReady, Kinds);
        _machine.Exit(MachineExit.WithCode(3));
        Assert.Equal(VmEventKind.ProcessExited, _posted[^1].Kind);
        Assert.NotEqual(0, _posted[^1].Operand);
        Assert.Contains("exit code 3", _posted[^1].Text);
    }

    [Fact]
    public void A_start_that_fails_is_told_in_the_driver_s_words_and_kept_as_thrown()
    {
        var fault = new MachineStartException("vm", MachineStartFailure.Driver, "no such kernel");
        _start.SetException(fault);
        Launch(_effects);
        Assert.Equal(VmEventKind.ProcessStartFailed, Assert.Single(_posted).Kind);
        Assert.Contains("no such kernel", _posted[0].Text);
        Assert.Same(fault, _effects.StartFault);
        Assert.Null(_effects.Session);
    }

    [Fact]
    public void A_driver_that_hands_out_nothing_fails_the_start()
    {
        _start.SetResult(null!);
        Launch(_effects);
        Assert.Equal([VmEventKind.ProcessStartFailed], Kinds);
    }

    [Fact]
    public void A_kill_before_the_process_gives_the_start_up()
    {
        Launch(_effects);
        _effects.Kill();
        Assert.True(_given.IsCancellationRequested);
        _start.SetCanceled(_given);
        Assert.Equal((VmEventKind.ProcessStartFailed, "the start was given up"), (Assert.Single(_posted).Kind, _posted[0].Text));
    }

    [Fact]
    public void A_start_that_comes_about_although_it_was_killed_is_killed_then()
    {
        Launch(_effects);
        _effects.Kill();
        _start.SetResult(_machine);
        Assert.Equal(1, _machine.Kills);
        Assert.Equal(VmEventKind.ProcessStarted, _posted[0].Kind);
    }

    [Fact]
    public void A_start_that_comes_about_after_the_release_is_disposed_of_and_never_told()
    {
        Launch(_effects);
        Release();
        _start.SetResult(_machine);
        Assert.True(_machine.IsDisposed);
        Assert.Null(_effects.Session);
        Assert.Equal([VmEventKind.ResourcesReleased], Kinds);
    }

    [Fact]
    public void Quit_is_sent_to_the_monitor_and_without_one_does_nothing()
    {
        _effects.Quit();
        Assert.Empty(_posted);
        Launch();
        _effects.Quit();
        Assert.Contains("quit", _machine.Monitor.Received.Select(c => c.Name));
    }

    [Fact]
    public void A_release_closes_every_channel_and_disposes_of_the_machine_once_the_guest_s_streams_have_ended()
    {
        Launch();
        Release();
        _machine.TtyEnd.End();
        Assert.True(_machine.IsDisposed);
        Assert.Equal(VmEventKind.ResourcesReleased, _posted[^1].Kind);
        Assert.Single(Kinds, VmEventKind.ResourcesReleased);
    }

    [Fact]
    public void What_cannot_be_released_is_told_as_lost()
    {
        var machine = new StillMachine { Fault = new IOException("its directory is busy") };
        _start.SetResult(machine);
        Launch(_effects);
        Release();
        machine.TtyEnd.End();
        Assert.Equal(VmEventKind.ResourcesLost, _posted[^1].Kind);
        Assert.Contains("its directory is busy", _posted[^1].Text);
    }

    [Fact]
    public void A_machine_waits_for_its_turn_to_boot_says_so_and_passes_the_turn_on_when_it_has_booted()
    {
        var queue = new StartQueue(1, null, _time, inline: true);
        var first = Effects(queue);
        var second = Effects(queue);
        Launch(first);
        Launch(second);
        Assert.Equal([VmEventKind.StartQueued], Kinds);
        Assert.Equal(1, _starts);
        var step = VmFold.Initial("vm", KeepMode.None, new VmTimeouts());
        first.Follow(step with { Fold = step.Fold with { State = step.Fold.State with { Phase = VmPhase.Running } } });
        Assert.Equal([VmEventKind.StartQueued, VmEventKind.StartAdmitted], Kinds);
        Assert.Equal(2, _starts);
    }

    [Fact]
    public void A_kill_in_the_queue_leaves_it()
    {
        var queue = new StartQueue(1, null, _time, inline: true);
        var first = Effects(queue);
        var second = Effects(queue);
        Launch(first);
        Launch(second);
        second.Kill();
        Assert.Equal([VmEventKind.StartQueued, VmEventKind.ProcessStartFailed], Kinds);
        Assert.Equal(1, _starts);
    }

    ValueTask<IMachine> IMachineDriver.StartAsync(MachineSpec spec, CancellationToken ct)
    {
        _starts++;
        _given = ct;
        return new(_start.Task);
    }

    ValueTask<IMachine?> IMachineDriver.AttachAsync(MachineRecord record, CancellationToken ct) => throw new NotSupportedException();

    private IEnumerable<VmEventKind> Kinds => _posted.Select(e => e.Kind);

    private void Launch()
    {
        _start.SetResult(_machine);
        Launch(_effects);
        Assert.Equal(VmEventKind.ProcessStarted, _posted[0].Kind);
    }

    private void Launch(MachineEffects effects) => effects.Launch().Subscribe(_posted.Add);

    private void Release() => _effects.Release(Ended).ContinueWith(
        released => _posted.Add(released.Result), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private MachineEffects Effects(StartQueue queue)
    {
        var effects = new MachineEffects(
            this, () => new MachineSpec { Id = "vm", KernelPath = "", InitrdPath = "" }, queue, VmSchedulers.Single(_time), inline: true,
            new VmTimeouts(), ordinary: true, Serilog.Core.Logger.None);
        effects.Sessions.Subscribe(session => session.Facts.Subscribe(_posted.Add));
        return effects;
    }
}
