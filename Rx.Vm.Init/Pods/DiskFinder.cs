using Rx.Vm.Guest.Wire;
using Rx.Vm.Init.Native;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Pods;

/// <summary>Finds root disks by the serial the host gave them, never by guessed device names.</summary>
internal static class DiskFinder
{
    private const string Directory = "/sys/block";
    private const int MaxAttribute = 256;

    /// <summary>The device file of a container's root disk, or null while it isn't there.</summary>
    public static string? TryFind(ContainerPayload container)
    {
        if (string.IsNullOrEmpty(container.Serial))
        {
            return Exists(container.Image) ? $"/dev/{container.Image}" : null;
        }

        var disk = Files.Names(Directory).Find(name => Matches(name, container.Serial));
        return disk is not null && Exists(disk) ? $"/dev/{disk}" : null;
    }

    /// <summary>What to call it in a message.</summary>
    public static string Describe(ContainerPayload container) =>
        string.IsNullOrEmpty(container.Serial) ? $"disk {container.Image}" : $"disk with serial '{container.Serial}'";

    private static bool Matches(string disk, string serial) =>
        (Files.TryRead($"{Directory}/{disk}/serial", MaxAttribute) is { } text && DiskSerial.MatchesBlk(text, serial))
        || (Files.TryRead($"{Directory}/{disk}/device/vpd_pg80", MaxAttribute) is { } page && DiskSerial.MatchesVpd(page, serial));

    /// <summary>The directory in sysfs appears before the device file does.</summary>
    private static bool Exists(string disk)
    {
        var fd = Libc.open($"/dev/{disk}", Abi.PathOnly | Abi.CloseOnExec, 0);
        var exists = fd >= 0;
        Fd.Close(ref fd);
        return exists;
    }
}
