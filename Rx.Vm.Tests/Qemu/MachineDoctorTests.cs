using Rx.Vm.Qemu;

namespace Rx.Vm.Tests.Qemu;

public sealed class MachineDoctorTests
{
    private static readonly Confinement Good = new(2, true, 0, 1000, false);

    [Fact]
    public void Doctor_A_good_trial_is_good() =>
        Assert.All(
            MachineDoctor.OfTrial("/q", new EmulatorTrial("7.2.22", Good, MachineExit.Unknown())),
            i => Assert.Equal(DoctorVerdict.Good, i.Verdict));

    [Fact]
    public void Doctor_An_old_emulator_is_fatal_with_a_remedy()
    {
        var item = MachineDoctor.OfTrial("/q", new EmulatorTrial("6.9.9", Good, MachineExit.Unknown()))[0];

        Assert.Equal(DoctorVerdict.Fatal, item.Verdict);
        Assert.Contains("7.2", item.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Doctor_A_dead_emulator_speaks_for_itself()
    {
        var item = Assert.Single(MachineDoctor.OfTrial("/q", new EmulatorTrial(null, null, MachineExit.WithCode(1, "no seccomp"))));

        Assert.Equal(DoctorVerdict.Fatal, item.Verdict);
        Assert.Contains("exit code 1: no seccomp", item.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Doctor_No_filter_is_fatal_and_root_is_bearable()
    {
        Assert.Equal(DoctorVerdict.Fatal,
            MachineDoctor.OfTrial("/q", new EmulatorTrial("7.2.0", Good with { SeccompMode = 0 }, MachineExit.Unknown()))[1].Verdict);
        Assert.Equal(DoctorVerdict.Bearable, MachineDoctor.OfTrial(
            "/q", new EmulatorTrial("7.2.0", Good with { Uid = 0, EffectiveCapabilities = 1 }, MachineExit.Unknown()))[1].Verdict);
    }

    [Fact]
    public void Doctor_An_emulator_of_root_is_bearable_even_without_capabilities()
    {
        var item = MachineDoctor.OfTrial("/q", new EmulatorTrial("7.2.0", Good with { Uid = 0 }, MachineExit.Unknown()))[1];

        Assert.Equal(DoctorVerdict.Bearable, item.Verdict);
        Assert.Contains("as root", item.Detail, StringComparison.Ordinal);
        Assert.NotEmpty(item.Remedy);
    }

    [Fact]
    public async Task Doctor_A_missing_emulator_is_the_only_fatal_finding()
    {
        using var temp = new TemporaryDirectory();
        var options = new QemuDriverOptions { Emulator = temp["none"], RuntimeRoot = temp["run"], CacheDirectory = temp["cache"] };

        var items = await MachineDoctor.ExamineAsync(options, TestContext.Current.CancellationToken);

        Assert.Equal("qemu", Assert.Single(items, i => i.Verdict == DoctorVerdict.Fatal).Name);
        Assert.All(items, i => Assert.True(i.Verdict == DoctorVerdict.Good || i.Remedy.Length > 0, i.Name));
    }

    [Fact]
    public void Doctor_A_stopped_process_that_holds_a_boot_place_is_named_with_a_remedy()
    {
        var item = MachineDoctor.BootPlaces([new BootHolder("/l/boot-0", 41, IsStopped: false), new BootHolder("/l/boot-1", 42, IsStopped: true)]);

        Assert.Equal(DoctorVerdict.Bearable, item.Verdict);
        Assert.Contains("pid 42", item.Detail, StringComparison.Ordinal);
        Assert.Contains("kill -CONT 42", item.Remedy, StringComparison.Ordinal);
        Assert.Equal(DoctorVerdict.Good, MachineDoctor.BootPlaces([new BootHolder("/l/boot-0", null, IsStopped: false)]).Verdict);
    }
}
