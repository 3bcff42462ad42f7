using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Rx.Vm.Qemu;

/// <summary>
/// QEMU's arguments, a pure function of the machine. Whatever comes from outside stands either alone as an argument or inside JSON, so
/// that no comma or equals sign in it can become an option. Options without a JSON form in 7.2 (<c>-chardev</c>, <c>-machine</c>,
/// <c>-name</c>) are built of constants, numbers and the id, whose alphabet has neither.
/// </summary>
internal static class QemuCommandLine
{
    /// <summary>The first descriptor of the list below in the child.</summary>
    public const int FirstDescriptor = 3;

    /// <summary>The chardev of the monitor on which the driver waits for the start; see <see cref="StartGate"/>.</summary>
    public const string Gate = "gate";

    /// <summary>The chardevs in the order of their descriptors, all of them listening sockets. The two of the gate come behind
    /// them.</summary>
    public static readonly ImmutableArray<string> Channels = ["qmp", "ctl", "tty", "con"];

    /// <summary>The gate's monitor in the child.</summary>
    public static readonly int GateDescriptor = FirstDescriptor + Channels.Length;

    private const string Machine = "q35,usb=off,smbus=off,sata=off,vmport=off,dump-guest-core=off";

    // Guests take the processor's word that its fast string instructions are fast; translated they are the slowest way to copy.
    private const string Translated = "max,erms=off,fsrm=off";

    // obsolete, elevateprivileges, spawn and resourcecontrol: all that 7.2 has; no -daemonize, no -runas under it.
    private const string Sandbox = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";

    /// <summary>The arguments after the program.</summary>
    /// <param name="spec">A specification that passed <see cref="MachineSpecRules"/>.</param>
    /// <param name="hardware">KVM, else TCG.</param>
    public static ImmutableArray<string> Build(MachineSpec spec, bool hardware)
    {
        var arguments = ImmutableArray.CreateBuilder<string>();
        arguments.Add("-name", $"guest={spec.Id}");
        arguments.Add("-nodefaults");
        arguments.Add("-no-user-config");
        arguments.Add("-no-reboot");
        arguments.Add("-display", "none");
        arguments.Add("-sandbox", Sandbox);
        arguments.Add("-machine", spec.Memory is null ? Machine : $"{Machine},memory-backend=ram");
        arguments.Add("-accel", hardware ? "kvm" : "tcg");
        arguments.Add("-cpu", hardware ? "host" : Translated);
        arguments.Add("-smp", Number(spec.Cpus));
        arguments.Add("-m", Number(spec.MemoryMiB));
        AddMemory(arguments, spec);
        arguments.Add("-kernel", spec.KernelPath);
        arguments.Add("-initrd", spec.InitrdPath);
        arguments.Add("-append", KernelCommandLine.Build(hardware, spec.ExtraAppend));
        AddChannels(arguments);
        AddBuses(arguments, spec);
        return arguments.ToImmutable();
    }

    /// <summary>The arguments of a start without a machine, under the same sandbox; the gate's two descriptors are the first.</summary>
    public static ImmutableArray<string> BuildTrial()
    {
        var arguments = ImmutableArray.CreateBuilder<string>();
        arguments.AddRange("-nodefaults", "-no-user-config", "-display", "none", "-machine", "none", "-sandbox", Sandbox);
        AddGate(arguments, FirstDescriptor);
        return arguments.ToImmutable();
    }

    private static void AddMemory(ImmutableArray<string>.Builder arguments, MachineSpec spec)
    {
        if (spec.Memory is not { } memory)
        {
            return;
        }

        var template = memory.Role == MachineMemoryRole.Template;
        arguments.Add("-object", new JsonObject
        {
            ["qom-type"] = "memory-backend-file",
            ["id"] = "ram",
            ["size"] = (long)spec.MemoryMiB << 20,
            ["mem-path"] = memory.FilePath,
            ["share"] = template,
        });
        if (!template)
        {
            arguments.Add("-incoming", "defer");
        }
    }

    private static void AddChannels(ImmutableArray<string>.Builder arguments)
    {
        for (var i = 0; i < Channels.Length; i++)
        {
            arguments.Add("-chardev", $"socket,id={Channels[i]},fd={Number(FirstDescriptor + i)},server=on,wait=off");
        }

        AddGate(arguments, GateDescriptor);
        arguments.Add("-mon", "chardev=qmp,mode=control");
        arguments.Add("-device", new JsonObject { ["driver"] = "isa-serial", ["chardev"] = "con" });
    }

    // The chardev is in the file of options, which the driver writes when it knows the child.
    private static void AddGate(ImmutableArray<string>.Builder arguments, int descriptor)
    {
        arguments.Add("-readconfig", $"/proc/self/fd/{Number(descriptor + 1)}");
        arguments.Add("-mon", $"chardev={Gate},mode=control");
    }

    private static void AddBuses(ImmutableArray<string>.Builder arguments, MachineSpec spec)
    {
        arguments.Add("-device", new JsonObject
        {
            ["driver"] = "virtio-serial-pci", ["id"] = "v", ["disable-legacy"] = "on", ["max_ports"] = 4,
        });
        AddPort(arguments, 1, "ctl", "sh.hyper.channel.0");
        AddPort(arguments, 2, "tty", "sh.hyper.channel.1");
        if (spec.DiskSlots + spec.NicSlots > 0)
        {
            // One bridge for everything that is plugged later: a root port for each would cost 11 ms of boot, this costs none.
            arguments.Add("-device", new JsonObject { ["driver"] = "pcie-pci-bridge", ["id"] = "h" });
        }
    }

    private static void AddPort(ImmutableArray<string>.Builder arguments, int number, string channel, string name) =>
        arguments.Add("-device", new JsonObject
        {
            ["driver"] = "virtserialport", ["bus"] = "v.0", ["nr"] = number, ["chardev"] = channel, ["id"] = $"p{number}", ["name"] = name,
        });

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static void Add(this ImmutableArray<string>.Builder arguments, string option, string value)
    {
        arguments.Add(option);
        arguments.Add(value);
    }

    private static void Add(this ImmutableArray<string>.Builder arguments, string option, JsonObject value)
    {
        arguments.Add(option);
        arguments.Add(value.ToJsonString());
    }
}
