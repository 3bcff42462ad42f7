using System.Text;
using Rx.Vm.Text;

namespace Rx.Vm.Init.Native;

/// <summary>The serial console: the only place where init can complain. Lines are short and rare, since every byte is a VM exit.</summary>
internal static class ConsoleLog
{
    private const int MaxLine = 400;

    /// <summary>Makes /dev/console descriptors 0, 1 and 2 when the kernel could not (an initramfs without the node).</summary>
    public static void Open()
    {
        var fd = Libc.open("/dev/console", Abi.ReadWrite | Abi.NoControllingTty | Abi.CloseOnExec, 0);
        if (fd < 0)
        {
            fd = Fd.Open("/dev/null", Abi.ReadWrite);
        }

        for (var standard = 0; standard <= 2; standard++)
        {
            if (standard != fd)
            {
                _ = Libc.dup2(fd, standard);
            }
        }

        if (fd > 2)
        {
            Fd.Close(ref fd);
        }
    }

    /// <summary>Writes a line. Control characters from images and hosts must not steer a terminal that shows the log.</summary>
    public static void Write(string text)
    {
        _ = Fd.Write(2, Encoding.UTF8.GetBytes($"rxvm-init: {CleanText.Of(text, MaxLine)}\n"));
    }
}
