using System.Text;
using Rx.Vm.Cli.Streams;

namespace Rx.Vm.Cli.Running;

/// <summary>The text of a pod spec, from a file or standard input; never more of it than a spec may have.</summary>
internal static class SpecText
{
    private const int MaxBytes = 1 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads it.</summary>
    /// <param name="source">A path; <c>-</c> is standard input.</param>
    /// <exception cref="RxVmException">It can't be read, is too long, or is no UTF-8; the path is named.</exception>
    public static string Read(string source)
    {
        var name = source == "-" ? "standard input" : source;
        try
        {
            var bytes = source == "-" ? ReadAll(StandardInput.ReadWaiting) : ReadFile(source);
            return Strict.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new RxVmException($"{name}: is not UTF-8 (byte {e.Index + 1})", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new RxVmException($"{name}: {e.Message}", e);
        }
    }

    private static ReadOnlySpan<byte> ReadFile(string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException("is a directory");
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        return ReadAll(file.Read);
    }

    private static ReadOnlySpan<byte> ReadAll(Reading read)
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

        return buffer.AsSpan(0, length);
    }

    private delegate int Reading(Span<byte> buffer);
}
