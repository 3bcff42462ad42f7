using Rx.Vm.Cli.Native;

namespace Rx.Vm.Cli.Streams;

/// <summary>
/// Bytes to a descriptor by write(2). Not the console's stream, which hides a broken pipe, and not a file stream, which writes at an offset
/// of its own into a file that others append to.
/// </summary>
internal sealed class DescriptorOutput(int descriptor)
{
    /// <summary>The descriptor's number.</summary>
    public int Descriptor => descriptor;

    /// <summary>Whether it is a terminal.</summary>
    public bool IsTerminal { get; } = Posix.IsTerminal(descriptor) == 1;

    /// <summary>Whether the next byte to the terminal begins a line, as far as what was written through this program tells.</summary>
    public static bool IsAtLeft { get; set; } = true;

    /// <summary>Writes all of <paramref name="bytes"/>; waits for room for as long as it takes.</summary>
    /// <returns>0, or the error number.</returns>
    public unsafe int Write(ReadOnlySpan<byte> bytes)
    {
        if (IsTerminal && !bytes.IsEmpty)
        {
            IsAtLeft = bytes[^1] == '\n';
        }

        fixed (byte* start = bytes)
        {
            for (nint done = 0; done < bytes.Length;)
            {
                var written = Posix.Write(descriptor, start + done, bytes.Length - done);
                if (written >= 0)
                {
                    done += written;
                    continue;
                }

                switch (Posix.LastError)
                {
                    case Posix.Interrupted:
                        break;
                    case Posix.WouldBlock:
                        // Somebody who shares the pipe made it non-blocking.
                        var room = new PollEntry(descriptor, Posix.PollOut);
                        _ = Posix.Poll(&room, 1, Timeout.Infinite);
                        break;
                    case var error:
                        return error;
                }
            }
        }

        return 0;
    }
}
