using Rx.Vm.Qemu;

namespace Rx.Vm.Tests.Qemu;

public sealed class QemuCommandLineTests
{
    private static readonly MachineSpec Spec = new() { Id = "web-1", KernelPath = "/k/vmlinux", InitrdPath = "/k/init.img" };

    private const string Append =
        "console=ttyS0 panic=-1 loglevel=1 8250.nr_uarts=1 audit=0 nowatchdog random.trust_cpu=on cryptomgr.notests"
        + " rcupdate.rcu_expedited=1 i8042.noaux i8042.nokbd i8042.nopnp"
        + " initcall_blacklist=init_kprobe_trace,load_system_certificate_list,crypto_kdf108_init,cmos_init"
        + " nokaslr mitigations=off no_timer_check noreplace-smp";

    [Fact]
    public void CommandLine_ColdBoot_under_tcg_is_exactly_this() => Assert.Equal(
        $$"""
        -name guest=web-1
        -nodefaults
        -no-user-config
        -no-reboot
        -display none
        -sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny
        -machine q35,usb=off,smbus=off,sata=off,vmport=off,dump-guest-core=off
        -accel tcg
        -cpu max,erms=off,fsrm=off
        -smp 1
        -m 128
        -kernel /k/vmlinux
        -initrd /k/init.img
        -append {{Append}}
        -chardev socket,id=qmp,fd=3,server=on,wait=off
        -chardev socket,id=ctl,fd=4,server=on,wait=off
        -chardev socket,id=tty,fd=5,server=on,wait=off
        -chardev socket,id=con,fd=6,server=on,wait=off
        -readconfig /proc/self/fd/8
        -mon chardev=gate,mode=control
        -mon chardev=qmp,mode=control
        -device {"driver":"isa-serial","chardev":"con"}
        -device {"driver":"virtio-serial-pci","id":"v","disable-legacy":"on","max_ports":4}
        -device {"driver":"virtserialport","bus":"v.0","nr":1,"chardev":"ctl","id":"p1","name":"sh.hyper.channel.0"}
        -device {"driver":"virtserialport","bus":"v.0","nr":2,"chardev":"tty","id":"p2","name":"sh.hyper.channel.1"}
        -device {"driver":"pcie-pci-bridge","id":"h"}
        """,
        Lines(QemuCommandLine.Build(Spec, hardware: false)));

    [Fact]
    public void CommandLine_Kvm_keeps_the_guests_own_mitigations()
    {
        var line = Lines(QemuCommandLine.Build(Spec, hardware: true));

        Assert.Contains("-accel kvm\n-cpu host\n", line, StringComparison.Ordinal);
        Assert.DoesNotContain("mitigations=off", line, StringComparison.Ordinal);
        Assert.DoesNotContain("nokaslr", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MachineMemoryRole.Template, "true", false)]
    [InlineData(MachineMemoryRole.Clone, "false", true)]
    public void CommandLine_Memory_file_is_shared_by_the_template_only(MachineMemoryRole role, string share, bool incoming)
    {
        var arguments = QemuCommandLine.Build(Spec with { Memory = new("/t/a,share=off", role) }, hardware: false);

        Assert.Equal(
            """{"qom-type":"memory-backend-file","id":"ram","size":134217728,"mem-path":"/t/a,share=off","share":""" + share + "}",
            After(arguments, "-object"));
        Assert.EndsWith(",memory-backend=ram", After(arguments, "-machine"), StringComparison.Ordinal);
        Assert.Equal(incoming, arguments.Contains("-incoming"));
    }

    [Fact]
    public void CommandLine_Template_and_clone_differ_in_nothing_but_memory_and_incoming()
    {
        var template = QemuCommandLine.Build(Spec with { Memory = new("/t/a", MachineMemoryRole.Template) }, hardware: false);
        var clone = QemuCommandLine.Build(Spec with { Memory = new("/t/a", MachineMemoryRole.Clone) }, hardware: false);

        var same = clone.Remove("-incoming").Remove("defer")
            .Select(static a => a.Replace("\"share\":false", "\"share\":true", StringComparison.Ordinal));
        Assert.Equal(template, same);
    }

    [Theory]
    [InlineData("/k/x,readonly=on")]
    [InlineData("/k/json:{\"driver\":\"null-co\"}")]
    [InlineData("/k/%s=1 -daemonize")]
    public void CommandLine_Hostile_paths_stand_alone_or_inside_json(string path)
    {
        var arguments = QemuCommandLine.Build(
            Spec with { KernelPath = path, InitrdPath = path, Memory = new(path, MachineMemoryRole.Template) }, hardware: false);

        var holders = arguments.Where(a => a.Contains("/k/", StringComparison.Ordinal)).ToArray();
        Assert.Equal(3, holders.Length);
        Assert.Equal(2, holders.Count(a => a == path));
        var json = System.Text.Json.Nodes.JsonNode.Parse(Assert.Single(holders, a => a != path))!;
        Assert.Equal(path, json["mem-path"]!.GetValue<string>());
        Assert.Equal(5, json.AsObject().Count);
    }

    [Fact]
    public void CommandLine_No_slots_means_no_bridge()
    {
        Assert.False(HasBridge(0, 0));
        Assert.True(HasBridge(0, 1));
        Assert.True(HasBridge(1, 0));

        static bool HasBridge(int disks, int cards) => QemuCommandLine
            .Build(Spec with { DiskSlots = disks, NicSlots = cards }, hardware: false)
            .Any(static a => a.Contains("bridge", StringComparison.Ordinal));
    }

    [Fact]
    public void KernelCommandLine_Extra_comes_last() =>
        Assert.EndsWith(" rxvm.debug=1", KernelCommandLine.Build(hardware: true, "rxvm.debug=1"), StringComparison.Ordinal);

    private static string After(IReadOnlyList<string> arguments, string option) => arguments[arguments.ToList().IndexOf(option) + 1];

    private static string Lines(IEnumerable<string> arguments) =>
        arguments.Aggregate((text, argument) => text + (argument.StartsWith('-') ? '\n' : ' ') + argument);
}
