using Microsoft.Reactive.Testing;
using Rx.Vm.Devices;
using Rx.Vm.Effects;
using Rx.Vm.Images;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Qemu;
using Rx.Vm.Reactive;

namespace Rx.Vm.Tests.Effects;

/// <summary>The runner alone: every effect has its handler, in the order of the bits, and one that throws is an event.</summary>
public sealed class VmEffectRunnerTests : IMachineDriver
{
    private readonly List<VmEvent> _posted = [];
    private readonly MachineEffects _machine;
    private readonly GuestEffects _guest;
    private readonly VmEffectRunner _runner;
    private readonly StillMachine _still = new();
    private readonly bool _isBroken;

    public VmEffectRunnerTests()
    {
        var time = new TestScheduler();
        _machine = new MachineEffects(
            this, () => new MachineSpec { Id = "vm", KernelPath = "", InitrdPath = "" }, new StartQueue(2, null, time, inline: true),
            VmSchedulers.Single(time), inline: true, new VmTimeouts(), ordinary: true, Serilog.Core.Logger.None);
        _guest = new GuestEffects();
        _runner = new VmEffectRunner(_machine, new DeviceEffects(TimeSpan.FromSeconds(1), Serilog.Core.Logger.None), _guest);

        // A machine whose guest and monitor can't be reached any more.
        _machine.Launch().Subscribe(_posted.Add);
        var session = _machine.Session!;
        session.Control.Dispose();
        _ = session.Qmp.DisposeAsync();
        _ = session.Qmp.ConnectAsync(Stream.Null, TestContext.Current.CancellationToken);
        _runner.Events.Subscribe(_posted.Add);
        Assert.Empty(_posted);
        _isBroken = true;
    }

    /// <summary>On a machine that can't be reached, each effect shows by its own complaint which handler it has.</summary>
    [Theory]
    [InlineData(VmEffects.LaunchProcess, VmEventKind.ProcessStartFailed)]
    [InlineData(VmEffects.AddDevices, VmEventKind.DeviceAddFailed)]
    [InlineData(VmEffects.SendStartPod, VmEventKind.PodStartRefused)]
    [InlineData(VmEffects.SendCall, VmEventKind.CallRefused)]
    [InlineData(VmEffects.SendPing, null)]
    [InlineData(VmEffects.SendStopPod, VmEventKind.PodStopRefused)]
    [InlineData(VmEffects.RemoveDevices, VmEventKind.DeviceRemoveFailed)]
    [InlineData(VmEffects.SendRescan, VmEventKind.RescanRefused)]
    [InlineData(VmEffects.SendDestroyPod, VmEventKind.PodDestroyRefused)]
    [InlineData(VmEffects.SendQuit, null)]
    [InlineData(VmEffects.KillProcess, null)]
    [InlineData(VmEffects.ReleaseResources, VmEventKind.ResourcesReleased)]
    [InlineData(VmEffects.CompleteRunPod, null)]
    [InlineData(VmEffects.EndPod, null)]
    public void Every_effect_reaches_its_handler(object effect, VmEventKind? told)
    {
        _runner.Run(Step((VmEffects)effect));
        Assert.Equal(told is { } kind ? [kind] : [], _posted.Select(e => e.Kind));
    }

    [Fact]
    public void Answers_have_no_handler_and_every_effect_is_one_or_the_other()
    {
        var handled = typeof(VmEffectRunnerTests).GetMethod(nameof(Every_effect_reaches_its_handler))!.GetCustomAttributesData()
            .Where(a => a.AttributeType == typeof(InlineDataAttribute))
            .Select(a => (IReadOnlyList<System.Reflection.CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!)
            .Select(arguments => (VmEffects)Convert.ToUInt32(arguments[0].Value));
        var answers = Enum.GetValues<VmEffects>().Except(handled).Where(e => e != VmEffects.None).ToArray();
        Assert.All(answers, answer => Assert.Matches("^(Complete|Fail)", answer.ToString()));
        _runner.Run(Step(answers.Aggregate((a, b) => a | b)));
        Assert.Empty(_posted);
    }

    [Fact]
    public void Effects_run_in_the_order_of_their_bits()
    {
        _runner.Run(Step(VmEffects.SendDestroyPod | VmEffects.SendStartPod | VmEffects.SendStopPod));
        Assert.Equal(
            [VmEventKind.PodStartRefused, VmEventKind.PodStopRefused, VmEventKind.PodDestroyRefused], _posted.Select(e => e.Kind));
    }

    [Fact]
    public void A_handler_that_throws_is_an_event_that_names_the_effect_and_the_others_still_run()
    {
        // A call without its event: the handler has nothing to look at.
        _runner.Run(Step(VmEffects.SendCall | VmEffects.SendStopPod) with { Event = null });
        Assert.Equal([VmEventKind.FoldFaulted, VmEventKind.PodStopRefused], _posted.Select(e => e.Kind));
        Assert.StartsWith("SendCall: ", _posted[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_needs_a_process_is_a_fault_where_there_is_none()
    {
        var time = new TestScheduler();
        var machine = new MachineEffects(
            this, () => new MachineSpec { Id = "vm", KernelPath = "", InitrdPath = "" }, new StartQueue(1, null, time, inline: true),
            VmSchedulers.Single(time), inline: true, new VmTimeouts(), ordinary: true, Serilog.Core.Logger.None);
        var runner = new VmEffectRunner(machine, new DeviceEffects(TimeSpan.FromSeconds(1), Serilog.Core.Logger.None), _guest);
        runner.Events.Subscribe(_posted.Add);
        runner.Run(Step(VmEffects.SendStopPod | VmEffects.SendQuit | VmEffects.KillProcess | VmEffects.ReleaseResources));
        Assert.Equal([VmEventKind.FoldFaulted, VmEventKind.ResourcesReleased], _posted.Select(e => e.Kind));
        Assert.Equal("SendStopPod: there is no process", _posted[0].Text);
    }

    [Theory]
    [InlineData(new int[0], new int[0])]
    [InlineData(new[] { 7 }, new[] { 7, 255 })]
    [InlineData(new[] { 0, 3 }, new[] { 0, 3 })]
    [InlineData(new[] { 0, 3, 9 }, new[] { 0, 3 })]
    public async Task The_end_of_a_pod_has_one_code_for_each_container_whatever_the_guest_sent(int[] sent, int[] told)
    {
        var spec = PodSpec.Parse("""{"containers":[{"image":"b","command":["x"]},{"image":"b","command":["x"]}]}""");
        var image = RootFileSystem.Unresolved(ImageReference.Parse("b"));
        var pod = new PodPlan("p", spec, [new(0, image), new(1, image)], inline: true);
        _guest.Plan(1, pod);
        var step = Step(VmEffects.EndPod);
        _guest.Follow(step with { Event = VmEvent.RunPod(1, "p", 2) });
        _runner.Run(step with { Fold = step.Fold with { State = step.Fold.State with { ExitCodes = new([.. sent]) } } });
        Assert.Equal(told, (await pod.Ended.Task).ExitCodes.ToArray());
    }

    ValueTask<IMachine> IMachineDriver.StartAsync(MachineSpec spec, CancellationToken ct) =>
        _isBroken ? throw new InvalidOperationException("no machines here") : new(_still);

    ValueTask<IMachine?> IMachineDriver.AttachAsync(MachineRecord record, CancellationToken ct) => throw new NotSupportedException();

    private static VmStep Step(VmEffects effects) => VmFold.Initial("vm", KeepMode.None, new VmTimeouts()) with
    {
        Event = new VmEvent(VmEventKind.CallRequested) { Token = 9 },
        Effects = effects,
        Devices = new SlotSet(1),
    };
}
