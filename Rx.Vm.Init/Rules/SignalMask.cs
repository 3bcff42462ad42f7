using System.Globalization;
using System.Text;

namespace Rx.Vm.Init.Rules;

/// <summary>Reads the signal masks of a /proc/PID/status.</summary>
internal static class SignalMask
{
    /// <summary>
    /// Whether the process does something of its own with the signal: a handler, or blocked and so perhaps waited for. The kernel drops
    /// any other signal sent to the first process of a pid namespace, except SIGKILL. Masks are hexadecimal (H70).
    /// </summary>
    public static bool Handles(ReadOnlySpan<byte> status, int signal) =>
        signal is >= 1 and <= 64 && ((Read(status, "SigCgt:"u8) | Read(status, "SigBlk:"u8)) >> (signal - 1) & 1) != 0;

    private static ulong Read(ReadOnlySpan<byte> status, ReadOnlySpan<byte> key)
    {
        while (!status.IsEmpty)
        {
            var end = status.IndexOf((byte)'\n');
            var line = end < 0 ? status : status[..end];
            status = end < 0 ? default : status[(end + 1)..];
            if (line.StartsWith(key))
            {
                var text = Encoding.ASCII.GetString(line[key.Length..].Trim(" \t"u8));
                return ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var mask) ? mask : 0;
            }
        }

        return 0;
    }
}
