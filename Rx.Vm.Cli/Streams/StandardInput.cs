using Rx.Vm.Cli.Native;

namespace Rx.Vm.Cli.Streams;

/// <summary>Standard input by read(2): bytes as they are, no line editing, no decoding.</summary>
internal static class StandardInput
{
    public const int Descriptor = 0;

    /// <summary>Reads what is there, at least one byte.</summary>
    /// <returns>How many; 0 at the end; null where there is nothing now because the descriptor is non-blocking.</returns>
    /// <exception cref="IOException">It can't be read; the message says why.</exception>
    public static unsafe int? Read(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var count = Posix.Read(Descriptor, start, buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                switch (Posix.LastError)
                {
                    case Posix.Interrupted:
                        break;
                    case Posix.WouldBlock:
                        return null;
                    case Posix.BadDescriptor:
                        throw new IOException("it is closed");
                    case var error:
                        throw new IOException(Posix.Describe(error));
                }
            }
        }
    }

    /// <summary>Reads, and waits where there is nothing yet.</summary>
    /// <returns>How many bytes; 0 at the end.</returns>
    /// <exception cref="IOException">It can't be read; the message says why.</exception>
    public static unsafe int ReadWaiting(Span<byte> buffer)
    {
        while (true)
        {
            if (Read(buffer) is { } count)
            {
                return count;
            }

            var input = new PollEntry(Descriptor, Posix.PollIn);
            _ = Posix.Poll(&input, 1, Timeout.Infinite);
        }
    }
}
