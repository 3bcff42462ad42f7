using Microsoft.Reactive.Testing;
using Rx.Vm.Qemu;

namespace Rx.Vm.Tests.Qemu;

public sealed class AcceleratorProbeTests
{
    private static readonly AcceleratorFacts Real = new(true, true, null, "vmx", null);

    public static TheoryData<string, Accelerator, AcceleratorFacts, Accelerator?, string> Table => new()
    {
        { "real hardware", Accelerator.Auto, Real, Accelerator.Kvm, "vmx" },
        { "amd", Accelerator.Auto, Real with { ProcessorFlag = "svm" }, Accelerator.Kvm, "svm" },
        { "software kvm: opens, no flag", Accelerator.Auto, Real with { ProcessorFlag = null }, Accelerator.Tcg, "software KVM" },
        { "no device", Accelerator.Auto, Real with { DeviceExists = false, DeviceError = "none" }, Accelerator.Tcg, "no /dev/kvm" },
        { "not permitted", Accelerator.Auto, Real with { DeviceError = "denied" }, Accelerator.Tcg, "denied" },
        { "remembered", Accelerator.Auto, Real with { RememberedFailure = "no READY in 60 s" }, Accelerator.Tcg, "no READY" },
        { "other architecture", Accelerator.Auto, Real with { SameArchitecture = false }, Accelerator.Tcg, "x86-64" },
        { "kvm by name", Accelerator.Kvm, Real, Accelerator.Kvm, "asked for" },
        { "kvm by name, no flag", Accelerator.Kvm, Real with { ProcessorFlag = null }, Accelerator.Kvm, "may be a software KVM" },
        { "kvm by name overrides memory", Accelerator.Kvm, Real with { RememberedFailure = "x" }, Accelerator.Kvm, "asked for" },
        { "kvm by name without device", Accelerator.Kvm, Real with { DeviceExists = false }, null, "no /dev/kvm" },
        { "kvm by name, not permitted", Accelerator.Kvm, Real with { DeviceError = "denied" }, null, "denied" },
        { "kvm by name on another architecture", Accelerator.Kvm, Real with { SameArchitecture = false }, null, "x86-64" },
        { "tcg by name", Accelerator.Tcg, Real, Accelerator.Tcg, "asked for" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Probe_decides_by_this_table(string name, Accelerator wish, AcceleratorFacts facts, Accelerator? expected, string word)
    {
        var choice = AcceleratorProbe.Decide(wish, facts);

        Assert.True(expected == choice.Use, name);
        Assert.Contains(word, choice.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("processor\t: 0\nflags\t\t: fpu vme vmx sse\n", "vmx")]
    [InlineData("flags: svm", "svm")]
    [InlineData("flags\t\t: fpu avmxa nosvm\n", null)]
    [InlineData("vmx flags\t: vnmi\nflags\t\t: fpu\n", null)]
    [InlineData("Features : fp asimd\n", null)]
    [InlineData("", null)]
    public void Probe_reads_the_flag_as_a_whole_word(string cpuInfo, string? expected) =>
        Assert.Equal(expected, AcceleratorProbe.ProcessorFlag(cpuInfo));

    [Fact]
    public void One_failure_proves_nothing_and_two_that_had_nothing_to_do_with_one_another_do()
    {
        using var temp = new TemporaryDirectory();
        var (memory, time) = Memory(temp["cache"]);
        var (first, second) = (time.Now, time.Now.AddSeconds(1));

        Assert.True(memory.Remember("first", first));
        Assert.Null(memory.Recall());
        time.AdvanceBy(TimeSpan.FromSeconds(60).Ticks);
        Assert.True(memory.Remember("from the same moment", second.AddSeconds(-1)));
        Assert.Null(memory.Recall());

        Assert.True(memory.Remember("no READY\nin 60 s" + new string('x', 1000), time.Now));
        Assert.StartsWith("no READY in 60 s", memory.Recall(), StringComparison.Ordinal);
        Assert.EndsWith("x…", memory.Recall(), StringComparison.Ordinal);
        Assert.Equal(512 + 1, memory.Recall()!.Length);
        Assert.True(memory.Forget());
        Assert.Null(memory.Recall());
    }

    [Fact]
    public void Failures_are_believed_for_a_day()
    {
        using var temp = new TemporaryDirectory();
        var (memory, time) = Memory(temp["cache"]);
        memory.Remember("first", time.Now);
        time.AdvanceBy(TimeSpan.FromHours(23).Ticks);
        memory.Remember("second", time.Now);
        Assert.Equal("second", memory.Recall());

        time.AdvanceBy(TimeSpan.FromHours(2).Ticks);
        Assert.Null(memory.Recall());
        memory.Remember("third", time.Now);
        Assert.Equal("third", memory.Recall());
    }

    [Theory]
    [InlineData("1.2.3-other\n0 a\n0 b\n")]
    [InlineData("no times\nbroken\n")]
    [InlineData("")]
    public void Memory_of_another_kernel_or_format_does_not_count(string text)
    {
        using var temp = new TemporaryDirectory();
        File.WriteAllText(temp["kvm-failed"], text);

        Assert.Null(Memory(temp.Path).Memory.Recall());
    }

    [Fact]
    public void Memory_that_cannot_be_written_is_no_error() =>
        Assert.False(Memory("/proc/nowhere").Memory.Remember("x", DateTimeOffset.UnixEpoch.AddDays(9)));

    [Theory]
    [InlineData("")]
    [InlineData("/\0")]
    public void Memory_fails_nobody_whatever_is_wrong_with_its_directory(string directory) =>
        Assert.False(Memory(directory).Memory.Remember("x", DateTimeOffset.UnixEpoch.AddDays(20_000)));

    [Fact]
    public void Failures_that_are_yet_to_come_say_nothing_and_are_in_nobodys_way()
    {
        using var temp = new TemporaryDirectory();
        var (early, time) = Memory(temp.Path);
        var ahead = new TestScheduler();
        ahead.AdvanceTo(time.Now.AddYears(3).Ticks);
        var wrong = new AcceleratorMemory(temp.Path, ahead);
        wrong.Remember("first", ahead.Now);
        ahead.AdvanceBy(TimeSpan.FromMinutes(1).Ticks);
        wrong.Remember("second", ahead.Now);
        Assert.Equal("second", wrong.Recall());

        Assert.Null(early.Recall());
        early.Remember("third", time.Now);
        time.AdvanceBy(TimeSpan.FromMinutes(1).Ticks);
        early.Remember("fourth", time.Now);
        Assert.Equal("fourth", early.Recall());
    }

    private static (AcceleratorMemory Memory, TestScheduler Time) Memory(string directory)
    {
        var time = new TestScheduler();
        time.AdvanceTo(DateTimeOffset.UnixEpoch.AddDays(20_000).Ticks);
        return (new AcceleratorMemory(directory, time), time);
    }
}
