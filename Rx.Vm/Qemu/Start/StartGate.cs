using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Native;
using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Qemu;

/// <summary>
/// Where a starting emulator waits for this process, and this process for it.
/// <list type="number">
/// <item>The emulator first reads a file of options, a pipe whose end is here. Nothing is written to it before the child is registered and
/// tied to this process; should this process die earlier, the file ends without the monitor that the command line names, and the emulator
/// ends with an error.</item>
/// <item>That monitor is the driver's own, used once. QEMU greets long before it has looked at its devices, so a greeting does not mean
/// that it will stay; only a reply does, because the main loop that writes it starts last. The machine's real monitor is left unread for
/// its client.</item>
/// </list>
/// </summary>
internal sealed class StartGate : IDisposable
{
    private const int UnixStreamCloseOnExec = 1 | 0x80000;
    private const int MaxGreeting = 16 * 1024;

    // For a child that is another user by the time it opens it; nobody else can reach a pipe without a name.
    private const uint ReadableByAll = 0x124;

    private readonly NetworkStream _stream;
    private readonly SafeFileHandle _options;

    private StartGate(SafeFileHandle monitor, NetworkStream stream, SafeFileHandle optionsEnd, SafeFileHandle options)
    {
        MonitorEnd = monitor;
        OptionsEnd = optionsEnd;
        _stream = stream;
        _options = options;
    }

    /// <summary>The monitor's end that the child gets; closed here by <see cref="Open"/>.</summary>
    public SafeFileHandle MonitorEnd { get; }

    /// <summary>The end of the options' pipe that the child gets; closed here by <see cref="Open"/>.</summary>
    public SafeFileHandle OptionsEnd { get; }

    public static unsafe StartGate Create()
    {
        using var undo = new Undo();
        var ends = stackalloc int[2];
        Check(Libc.socketpair(1, UnixStreamCloseOnExec, 0, ends), "socketpair");
        var monitor = undo.Add(new SafeFileHandle(ends[0], ownsHandle: true));
        var stream = undo.Add(new NetworkStream(new Socket(new SafeSocketHandle(ends[1], ownsHandle: true)), ownsSocket: true));
        Check(Libc.pipe2(ends, Libc.OpenCloseOnExec), "pipe");
        var optionsEnd = undo.Add(new SafeFileHandle(ends[0], ownsHandle: true));
        var options = undo.Add(new SafeFileHandle(ends[1], ownsHandle: true));
        Check(Libc.fchmod(optionsEnd, ReadableByAll), "fchmod");
        undo.Keep();
        return new StartGate(monitor, stream, optionsEnd, options);
    }

    /// <summary>Lets the child go on, which is registered and tied by now.</summary>
    /// <param name="descriptor">The number that <see cref="MonitorEnd"/> has in the child.</param>
    public unsafe void Open(int descriptor)
    {
        // Shorter than what a pipe takes at once. A child that died meanwhile is not an error here: its end says more.
        var text = Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"[chardev \"{QemuCommandLine.Gate}\"]\nbackend = \"socket\"\nfd = \"{descriptor}\"\n"));
        fixed (byte* start = text)
        {
            _ = Libc.write(_options, start, text.Length);
        }

        _options.Dispose();
        OptionsEnd.Dispose();
        MonitorEnd.Dispose();
    }

    /// <summary>Waits until the emulator's main loop answers.</summary>
    /// <returns>QEMU's version, or null when it closed the monitor instead: it is ending.</returns>
    public async Task<string?> WaitAsync(CancellationToken ct)
    {
        try
        {
            await _stream.WriteAsync("""{"execute":"qmp_capabilities"}"""u8.ToArray(), ct).ConfigureAwait(false);
            var buffer = new byte[MaxGreeting];
            for (var filled = 0; filled < buffer.Length;)
            {
                var count = await _stream.ReadAsync(buffer.AsMemory(filled), ct).ConfigureAwait(false);
                if (count == 0)
                {
                    return null;
                }

                filled += count;
                if (Version(buffer.AsSpan(0, filled)) is { } version)
                {
                    return version;
                }
            }

            return null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        OptionsEnd.Dispose();
        MonitorEnd.Dispose();
        _options.Dispose();
        _stream.Dispose();
    }

    /// <summary>The version out of a greeting that is followed by a complete reply; null while there is more to come.</summary>
    public static string? Version(ReadOnlySpan<byte> said)
    {
        var end = said.IndexOf((byte)'\n');
        if (end < 0 || said[(end + 1)..].IndexOf((byte)'\n') < 0)
        {
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(said[..end]);
            using var greeting = JsonDocument.ParseValue(ref reader);
            var qemu = greeting.RootElement.GetProperty("QMP").GetProperty("version").GetProperty("qemu");
            return $"{qemu.GetProperty("major").GetInt32()}.{qemu.GetProperty("minor").GetInt32()}.{qemu.GetProperty("micro").GetInt32()}";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // Something answered; which version is not worth a failed start.
            return "of unknown version";
        }
    }

    private static void Check(int result, string call)
    {
        if (result != 0)
        {
            throw new IOException($"{call}: {Libc.Describe(Marshal.GetLastPInvokeError())}");
        }
    }
}
