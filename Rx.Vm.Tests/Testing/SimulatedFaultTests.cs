using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Testing;
using static Rx.Vm.Tests.Testing.SimulatedWorld;
using K = Rx.Vm.Testing.SimulatedFaultKind;

namespace Rx.Vm.Tests.Testing;

/// <summary>
/// Every kind of fault in one long life: two pods that end differently, a further process, keep-alives, a third pod that is shut down. What
/// the machine makes of each is kept under review in simulated-faults.txt.
/// </summary>
[Slow]
public class SimulatedFaultTests
{
    /// <summary>Faults that must not be felt: nonsense that is ignored and counted.</summary>
    private static readonly ImmutableHashSet<K> Tolerated =
    [
        K.ReplyDoubled, K.DeletionDoubled, K.EventFlood, K.MonitorStray, K.ControlStray, K.AckDoubled, K.FinishDoubled, K.FinishLong,
        K.TtyStray, K.WindowIgnored, K.ProcessEndDoubled, K.ConsoleFlood, K.ConsoleCut, K.PowerOffIgnored, K.AtWork, K.ExitLost,
    ];

    private static readonly ImmutableArray<SimulatedFault> Faults =
    [
        new(K.StartRefused), new(K.StartHangs), new(K.StartLate) { After = TimeSpan.FromSeconds(70) }, new(K.DiesBeforeGreeting),
        new(K.Exits) { At = SimulatedMoment.PodStarted }, new(K.Killed) { At = SimulatedMoment.Rescanning }, new(K.Unkillable),
        new(K.Exits) { At = SimulatedMoment.DiskAdding, Occurrence = 2 }, new(K.Killed) { At = SimulatedMoment.PodDestroying },
        new(K.QuitIgnored), new(K.PowerOffIgnored), new(K.AtWork), new(K.ReleaseSlow) { After = TimeSpan.FromSeconds(70) }, new(K.ReleaseFails),
        new(K.ReleaseHangs), new(K.KillFails), new(K.ExitLost),

        new(K.GreetingMissing), new(K.GreetingMalformed), new(K.MonitorCut) { Offset = 40 }, new(K.MonitorCut) { Offset = 150 },
        new(K.MonitorCut) { At = SimulatedMoment.PodEnded }, new(K.MonitorReset) { At = SimulatedMoment.DiskRemoving },
        new(K.MonitorMute) { At = SimulatedMoment.DiskRemoving }, new(K.ReplyLost) { Command = "blockdev-add" },
        new(K.ReplyLost) { Command = "blockdev-del" }, new(K.ReplyLost) { Command = "quit" }, new(K.ReplyDoubled) { Occurrence = 0 },
        new(K.ReplyLate) { Command = "device_add", After = TimeSpan.FromSeconds(20) },
        new(K.ReplyRefused) { Command = "qmp_capabilities" }, new(K.ReplyRefused) { Command = "blockdev-add" },
        new(K.ReplyRefused) { Command = "device_add", Occurrence = 2 }, new(K.ReplyRefused) { Command = "device_del" },
        new(K.ReplyRefused) { Command = "quit" }, new(K.ReplyMalformed) { Command = "device_add" }, new(K.DeletionLost),
        new(K.DeletionRefused), new(K.DeletionDoubled), new(K.EventFlood) { At = SimulatedMoment.PodStarted },
        new(K.MonitorStray) { At = SimulatedMoment.Connected }, new(K.GuestReset) { At = SimulatedMoment.PodStarted },
        new(K.GuestPanic) { At = SimulatedMoment.PodStarted }, new(K.GuestPowerOff) { At = SimulatedMoment.Rescanning },

        new(K.ReadyMissing), new(K.ReadyTwice) { At = SimulatedMoment.PodStarted }, new(K.ReadyMalformed),
        new(K.ControlCut) { Offset = 30 }, new(K.ControlCut) { At = SimulatedMoment.PodStopping },
        new(K.ControlReset) { At = SimulatedMoment.Pinged }, new(K.ControlMalformed) { At = SimulatedMoment.PodStarted },
        new(K.ControlStray) { At = SimulatedMoment.PodStarted }, new(K.ControlStray) { At = SimulatedMoment.PodStarted, Value = 65 },
        new(K.CreditMissing) { At = SimulatedMoment.Booted }, new(K.CreditExcess) { At = SimulatedMoment.PodStarted },
        new(K.GuestMute) { At = SimulatedMoment.PodStopping }, new(K.AckLost) { Command = "STARTPOD" },
        new(K.AckLost) { Command = "STOPPOD" }, new(K.AckLost) { Command = "DESTROYPOD" }, new(K.AckLost) { Command = "EXECCMD" },
        new(K.AckLost) { Command = "READY" }, new(K.AckDoubled) { Occurrence = 0 },
        new(K.AckLate) { Command = "PING", After = TimeSpan.FromSeconds(29) },
        new(K.AckLate) { Command = "STARTPOD", After = TimeSpan.FromSeconds(1) },
        new(K.AckRefused) { Command = "STARTPOD", Occurrence = 2 }, new(K.AckRefused) { Command = "STOPPOD" },
        new(K.AckRefused) { Command = "DESTROYPOD" }, new(K.AckRefused) { Command = "EXECCMD" }, new(K.AckRefused) { Command = "READY" },
        new(K.AckRefused) { Command = "PING" }, new(K.FinishEarly), new(K.FinishLate) { After = TimeSpan.FromSeconds(50) },
        new(K.FinishDoubled), new(K.FinishLost), new(K.FinishShort), new(K.FinishLong),
        new(K.OutOfMemory) { At = SimulatedMoment.PodStarted }, new(K.ProcessEndLost), new(K.ProcessEndDoubled), new(K.ProcessEndStray),
        new(K.ProcessEndMalformed),

        new(K.TtyCut) { Offset = 5 }, new(K.TtyCut) { At = SimulatedMoment.ExecStarting },
        new(K.TtyMalformed) { At = SimulatedMoment.PodStarted }, new(K.TtyStray) { At = SimulatedMoment.PodStarted },
        new(K.ExitFrameShort), new(K.WindowIgnored), new(K.EndLost), new(K.ConsoleFlood) { At = SimulatedMoment.PodStarted },
        new(K.ConsoleCut) { At = SimulatedMoment.PodStarted },
    ];

    [Fact]
    public void What_a_machine_makes_of_each_fault_is_what_was_reviewed()
    {
        var table = new StringBuilder($"no fault\n    {Live()}\n");
        foreach (var fault in Faults)
        {
            table.Append(CultureInfo.InvariantCulture, $"{string.Join(", ", With(fault).AsEnumerable())}\n    {Live(With(fault))}\n");
        }

        Snapshot.AssertFile("Rx.Vm.Tests/Testing/simulated-faults.txt", table.ToString());
    }

    [Fact]
    public void Every_kind_of_fault_is_felt_or_tolerated_and_none_is_forgotten()
    {
        var sound = Live();

        foreach (var kind in Enum.GetValues<K>())
        {
            var outcomes = Faults.Where(f => f.Kind == kind && f.Value is null).Select(f => Live(With(f))).ToArray();
            Assert.True(outcomes.Length > 0, $"{kind} is tried nowhere");
            Assert.True(Tolerated.Contains(kind) == outcomes.All(o => o == sound), $"{kind}: {string.Join("; ", outcomes)}");
        }
    }

    [Fact]
    public void Every_moment_comes_and_what_is_tolerated_is_tolerated_at_each()
    {
        var sound = Live();
        foreach (var moment in Enum.GetValues<SimulatedMoment>())
        {
            Assert.NotEqual(sound, Live(new SimulatedFault(K.Exits) { At = moment }));
            foreach (var kind in new[] { K.EventFlood, K.MonitorStray, K.TtyStray, K.ConsoleFlood, K.ConsoleCut })
            {
                Assert.Equal(sound, Live(new SimulatedFault(kind) { At = moment, Occurrence = 0 }));
            }
        }
    }

    // One that can only be seen when nothing milder works.
    private static SimulatedFault[] With(SimulatedFault fault) => fault.Kind is K.Unkillable or K.KillFails
        ? [fault, new(K.QuitIgnored), new(K.PowerOffIgnored)]
        : [fault];

    private static string Live(params SimulatedFault[] faults)
    {
        var settings = new SimulatedSettings { Faults = [.. faults] };

        // The commands of this life fit into the window of a wide guest, whether it gives credit or not; and who tells ends has no exit frames.
        var world = new SimulatedWorld(faults switch
        {
            [{ Kind: K.CreditMissing }] => settings with { Features = settings.Features.Remove("wide") },
            [{ Kind: K.ExitFrameShort }] => settings with { Features = settings.Features.Remove("ends") },
            _ => settings,
        });
        var vm = world.Create(KeepMode.AfterFinish);
        var life = new List<Func<string>>();
        Run(world, vm, life, "pod1", "sh", "-c", "echo out; sleep 2; exit 3");
        world.Advance(0.7);
        var exec = vm.Exec("c0", "sh", "-c", "echo out; exit 9");
        life.Add(() => $"exec {(exec.IsFaulted ? Words(exec) : Now(Now(exec).ExitCode) is { } code ? $"{code}" : "lost")}"
            + (exec.IsFaulted || Now(Now(exec).Streams.Ended) ? "" : " cut off"));
        world.Advance(38.5);
        Run(world, vm, life, "pod2", "sleep", "1000");
        world.Advance(2);
        var stopped = vm.Stop();
        life.Add(() => $"stop {Words(stopped)}");
        world.Advance(40);
        Run(world, vm, life, "pod3", "sleep", "1000");
        world.Advance(2);
        var down = vm.ShutDown();
        world.Advance(200);
        Now(down);
        var state = vm.State;
        return string.Create(CultureInfo.InvariantCulture, $"{state.Phase} {state.At.TotalSeconds:0.000} {state.Reason}")
            + $"{(state.ResourcesLost ? " (lost)" : "")}: {string.Join(", ", life.Select(l => l()))}: {state.Message}";
    }

    private static void Run(SimulatedWorld world, VirtualMachine vm, List<Func<string>> life, string id, params string[] command)
    {
        var started = vm.Run(Pod(command) with { Id = id });
        StringBuilder? output = null;
        world.Advance(0.8);
        if (started.IsCompletedSuccessfully)
        {
            output = Collect(Now(started).Containers[0].Streams.Output);
        }

        life.Add(() => $"{id} {(started.IsFaulted ? Words(started) : $"{Now(Now(started).Completion).ExitCodes}")}"
            + (output?.ToString() is { Length: > 1 } text ? $" '{text.Replace("\n", "", StringComparison.Ordinal)}'" : ""));
    }

    private static string Words(Task task) => task.Exception?.InnerException switch
    {
        VmFailedException failed => failed.Reason == VmReason.None ? "failed" : $"failed {failed.Reason}",
        VmRefusedException refused => $"refused {refused.Refusal}",
        _ => "done",
    };
}
