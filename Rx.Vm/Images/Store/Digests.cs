using System.Security.Cryptography;
using System.Text;

namespace Rx.Vm.Images;

/// <summary>SHA-256 as 64 lower-case hexadecimal digits.</summary>
internal static class Digests
{
    private const int Length = 64;

    public static string OfFile(string path, CancellationToken ct)
    {
        using var stream = new FileStream(path, new FileStreamOptions
        {
            Access = FileAccess.Read, Share = FileShare.Read | FileShare.Delete, BufferSize = 0, Options = FileOptions.SequentialScan,
        });
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[256 * 1024];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            ct.ThrowIfCancellationRequested();
            hash.AppendData(buffer.AsSpan(0, read));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public static string OfText(string text) => OfBytes(Encoding.UTF8.GetBytes(text));

    public static string OfBytes(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Whether a text read from disk may be made part of a path.</summary>
    public static bool IsDigest(string? text) => text is { Length: Length } && !text.AsSpan().ContainsAnyExcept("0123456789abcdef");
}
