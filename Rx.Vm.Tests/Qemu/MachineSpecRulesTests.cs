using Rx.Vm.Qemu;

namespace Rx.Vm.Tests.Qemu;

public sealed class MachineSpecRulesTests
{
    private static readonly MachineSpec Good = new() { Id = "a", KernelPath = "/k", InitrdPath = "/i" };

    [Theory]
    [InlineData("a")]
    [InlineData("A.b_c-9")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public void Rules_Good_ids_pass(string id) => Assert.Null(MachineSpecRules.Broken(Good with { Id = id }));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("-a")]
    [InlineData("a/b")]
    [InlineData("a,b=c")]
    [InlineData("a\n")]
    [InlineData("a\0b")]
    [InlineData("ä")]
    [InlineData("а")]
    [InlineData("a b")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234")]
    public void Rules_Bad_ids_are_named_and_nothing_is_made(string id)
    {
        Assert.Contains("machine id", MachineSpecRules.Broken(Good with { Id = id }), StringComparison.Ordinal);
        Assert.Throws<VmDirectoryException>(() => VmDirectory.Create("/nonexistent-root", id));
        Assert.False(Directory.Exists("/nonexistent-root"));
    }

    [Fact]
    public void Rules_A_bad_id_is_shown_without_its_control_characters()
    {
        var text = MachineSpecRules.Broken(Good with { Id = "\u001b[2J" + new string('x', 4096) })!;

        Assert.DoesNotContain('\u001b', text);
        Assert.True(text.Length < 250);
    }

    [Fact]
    public void Rules_Everything_else_out_of_range_is_named()
    {
        (MachineSpec Spec, string Word)[] cases =
        [
            (Good with { MemoryMiB = 31 }, "memory"),
            (Good with { MemoryMiB = (1 << 20) + 1 }, "memory"),
            (Good with { Cpus = 0 }, "processors"),
            (Good with { Cpus = 65 }, "processors"),
            (Good with { DiskSlots = 17 }, "disk slots"),
            (Good with { DiskSlots = -1 }, "disk slots"),
            (Good with { NicSlots = 9 }, "network card slots"),
            (Good with { ExtraAppend = new string('a', 1025) }, "command line"),
            (Good with { ExtraAppend = "a\nb" }, "command line"),
            (Good with { KernelPath = "k" }, "kernel"),
            (Good with { Accelerator = (Accelerator)7 }, "accelerator"),
            (Good with { WhenProcessDies = (WhenProcessDies)5 }, "process dies"),
            (Good with { Memory = new("/ram", (MachineMemoryRole)9) }, "memory file"),
            (Good with { InitrdPath = "/i\0" }, "initramfs"),
            (Good with { Memory = new("ram", MachineMemoryRole.Clone) }, "memory file"),
        ];
        Assert.All(cases, c => Assert.Contains(c.Word, MachineSpecRules.Broken(c.Spec), StringComparison.Ordinal));
    }

    [Fact]
    public void Rules_A_missing_file_is_named()
    {
        using var temp = new TemporaryDirectory();
        var (kernel, initrd) = TinyKernel.Write(temp.Path);
        var spec = Good with { KernelPath = kernel, InitrdPath = initrd };

        Assert.Null(MachineSpecRules.Missing(spec));
        Assert.Contains("kernel", MachineSpecRules.Missing(spec with { KernelPath = "/no" }), StringComparison.Ordinal);
        Assert.Contains("initramfs", MachineSpecRules.Missing(spec with { InitrdPath = "/no" }), StringComparison.Ordinal);
        var clone = spec with { Memory = new("/no", MachineMemoryRole.Clone) };
        Assert.Contains("memory file", MachineSpecRules.Missing(clone), StringComparison.Ordinal);
        Assert.Null(MachineSpecRules.Missing(spec with { Memory = new("/no", MachineMemoryRole.Template) }));
    }

    [Fact(Timeout = 30_000)]
    public void Rules_Files_that_could_be_waited_for_are_refused_and_never_opened()
    {
        using var temp = new TemporaryDirectory();
        File.WriteAllText(temp["file"], "");
        using (var make = System.Diagnostics.Process.Start("mkfifo", [temp["pipe"]]))
        {
            make.WaitForExit();
        }

        foreach (var path in new[] { temp["pipe"], "/dev/zero" })
        {
            Assert.Equal($"the kernel '{path}' is no ordinary file",
                MachineSpecRules.Missing(Good with { KernelPath = path, InitrdPath = temp["file"] }));
            Assert.Equal($"the initramfs '{path}' is no ordinary file",
                MachineSpecRules.Missing(Good with { KernelPath = temp["file"], InitrdPath = path }));
            Assert.Equal($"'{path}' is no ordinary file", Assert.Throws<IOException>(() => HandedFile.Open(path)).Message);
            Assert.Equal($"'{path}' is no ordinary file", Assert.Throws<IOException>(() => HandedFile.OpenImage(path)).Message);
        }

        Assert.Null(MachineSpecRules.Missing(Good with { KernelPath = temp["file"], InitrdPath = temp["file"] }));
        TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
    }
}
