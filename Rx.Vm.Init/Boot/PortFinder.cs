using Rx.Vm.Init.Native;

namespace Rx.Vm.Init.Boot;

/// <summary>Finds virtio-serial ports by the names the host gave them.</summary>
internal static class PortFinder
{
    /// <summary>The port of control frames.</summary>
    public const string Control = "sh.hyper.channel.0";

    /// <summary>The port of the multiplexed streams.</summary>
    public const string Tty = "sh.hyper.channel.1";

    private const string Directory = "/sys/class/virtio-ports";
    private const int MaxName = 256;

    /// <summary>
    /// Opens both, or null if one isn't there yet: the driver creates ports from a work queue, and udev, which would tell, doesn't exist.
    /// </summary>
    public static (int Control, int Tty)? TryOpen()
    {
        string? control = null, tty = null;
        foreach (var entry in Files.Names(Directory))
        {
            var name = System.Text.Encoding.ASCII.GetString(Files.TryRead($"{Directory}/{entry}/name", MaxName) ?? []).Trim();
            control = name == Control ? entry : control;
            tty = name == Tty ? entry : tty;
        }

        if (control is null || tty is null)
        {
            return null;
        }

        const int flags = Abi.ReadWrite | Abi.NonBlocking | Abi.NoControllingTty | Abi.CloseOnExec;
        var controlFd = Libc.open($"/dev/{control}", flags, 0);
        var ttyFd = Libc.open($"/dev/{tty}", flags, 0);
        if (controlFd >= 0 && ttyFd >= 0)
        {
            return (controlFd, ttyFd);
        }

        // The attribute appears before the device node: look again.
        Fd.Close(ref controlFd);
        Fd.Close(ref ttyFd);
        return null;
    }
}
