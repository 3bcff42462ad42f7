using Rx.Vm.Cli.Streams;

namespace Rx.Vm.Cli.Running;

/// <summary>The bytes of a pod spec, from a file or standard input; never more of them than a spec may have. They are judged, not mended, by
/// its reader.</summary>
internal static class SpecText
{
    private const int MaxBytes = 1 << 20;

    /// <summary>Reads it.</summary>
    /// <param name="source">A path; <c>-</c> is standard input.</param>
    /// <exception cref="RxVmException">It can't be read, or is too long; the path is named.</exception>
    public static ReadOnlyMemory<byte> Read(string source)
    {
        var name = source == "-" ? "standard input" : source;
        try
        {
            return source == "-" ? ReadAll(StandardInput.ReadWaiting) : ReadFile(source);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new RxVmException($"{name}: {e.Message}", e);
        }
    }

    private static ReadOnlyMemory<byte> ReadFile(string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException("is a directory");
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        return ReadAll(file.Read);
    }

    private static ReadOnlyMemory<byte> ReadAll(Reading read)
    {
        var buffer = new byte[MaxBytes + 1];
        var length = 0;
        while (read(buffer.AsSpan(length)) is var count and > 0)
        {
            length += count;
            if (length > MaxBytes)
            {
                throw new IOException($"is longer than {MaxBytes} bytes, the most a spec may have");
            }
        }

        return buffer.AsMemory(0, length);
    }

    private delegate int Reading(Span<byte> buffer);
}
