using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Qemu;

/// <summary>
/// A monitor of the driver's own, used once. QEMU greets long before it has looked at its devices, so a greeting does not mean that it
/// will stay; only a reply does, because the main loop that writes it starts last. The machine's real monitor is left unread for its
/// client.
/// </summary>
internal sealed class StartGate : IDisposable
{
    private const int UnixStreamCloseOnExec = 1 | 0x80000;
    private const int MaxGreeting = 16 * 1024;

    private readonly NetworkStream _stream;

    private StartGate(SafeFileHandle child, NetworkStream stream)
    {
        ChildEnd = child;
        _stream = stream;
    }

    /// <summary>The end the child gets; closed here once it has been started.</summary>
    public SafeFileHandle ChildEnd { get; }

    public static unsafe StartGate Create()
    {
        var pair = stackalloc int[2];
        if (Libc.SocketPair(1, UnixStreamCloseOnExec, 0, pair) != 0)
        {
            throw new IOException($"socketpair: {Libc.Describe(Marshal.GetLastPInvokeError())}");
        }

        return new StartGate(
            new SafeFileHandle(pair[0], ownsHandle: true),
            new NetworkStream(new Socket(new SafeSocketHandle(pair[1], ownsHandle: true)), ownsSocket: true));
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
        ChildEnd.Dispose();
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
}
