using System.Text;

namespace Rx.Vm.Init.Rules;

/// <summary>
/// One message of the set-up process to init. <see cref="Kind"/> says what happened; the socket's end without one after
/// <see cref="Prepared"/> says that execve succeeded.
/// </summary>
/// <param name="Kind">One of the constants.</param>
/// <param name="Text">What failed, for people.</param>
internal sealed record ShimReport(byte Kind, string Text)
{
    /// <summary>Everything is set up; the process waits for a byte before it executes the command. Carries descriptors.</summary>
    public const byte Prepared = (byte)'P';

    /// <summary>Set-up failed; the process ends with 125.</summary>
    public const byte SetupFailed = (byte)'S';

    /// <summary>The command was not found or is not executable; the process ends with 127 or 126.</summary>
    public const byte CommandFailed = (byte)'C';

    /// <summary>Longest text, in bytes.</summary>
    public const int MaxText = 2048;

    /// <summary>Encodes, cutting the text.</summary>
    public byte[] Encode()
    {
        var text = Encoding.UTF8.GetBytes(Text);
        var bytes = new byte[1 + Math.Min(text.Length, MaxText)];
        bytes[0] = Kind;
        text.AsSpan(0, bytes.Length - 1).CopyTo(bytes.AsSpan(1));
        return bytes;
    }

    /// <summary>Decodes; null for an empty or unknown message.</summary>
    public static ShimReport? Decode(ReadOnlySpan<byte> bytes) =>
        !bytes.IsEmpty && bytes[0] is Prepared or SetupFailed or CommandFailed ? new(bytes[0], Encoding.UTF8.GetString(bytes[1..])) : null;
}
