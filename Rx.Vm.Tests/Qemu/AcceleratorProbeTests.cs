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
    public void Memory_recalls_one_line_on_this_kernel_until_it_forgets()
    {
        using var temp = new TemporaryDirectory();
        var memory = new AcceleratorMemory(temp["cache"]);

        Assert.Null(memory.Recall());
        Assert.True(memory.Remember("no READY\nin 60 s" + new string('x', 1000)));
        Assert.StartsWith("no READY in 60 s", memory.Recall(), StringComparison.Ordinal);
        Assert.Equal(512, memory.Recall()!.Length);
        Assert.True(memory.Forget());
        Assert.Null(memory.Recall());
    }

    [Fact]
    public void Memory_of_another_kernel_does_not_count()
    {
        using var temp = new TemporaryDirectory();
        File.WriteAllText(temp["kvm-failed"], "1.2.3-other\nbroken\n");

        Assert.Null(new AcceleratorMemory(temp.Path).Recall());
    }

    [Fact]
    public void Memory_that_cannot_be_written_is_no_error() => Assert.False(new AcceleratorMemory("/proc/nowhere").Remember("x"));
}
