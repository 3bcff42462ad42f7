using System.Collections.Immutable;
using System.Text;

namespace Rx.Vm.Testing.Notation;

/// <summary>Bytes for people: how many, the first of them or those around a place, in hexadecimal and as ASCII.</summary>
internal static class ByteText
{
    /// <summary>How many bytes are shown.</summary>
    public const int Most = 16;

    /// <summary>The bytes, if the value is nothing but bytes in a row.</summary>
    public static bool TryRead(object? value, out ReadOnlyMemory<byte> bytes)
    {
        bytes = value switch
        {
            byte[] array => array,
            ReadOnlyMemory<byte> memory => memory,
            Memory<byte> memory => memory,
            ArraySegment<byte> segment => segment,
            ImmutableArray<byte> { IsDefault: false } array => array.AsMemory(),
            _ => default,
        };
        return value is byte[] or ReadOnlyMemory<byte> or Memory<byte> or ArraySegment<byte> or ImmutableArray<byte> { IsDefault: false };
    }

    /// <summary>Their beginning, and whether there are more.</summary>
    public static (string Text, bool IsCut) Of(ReadOnlyMemory<byte> bytes) =>
        ($"{Count(bytes.Length)}{(bytes.IsEmpty ? "" : " ")}{Around(bytes.Span, 0)}", bytes.Length > Most);

    /// <summary>How many.</summary>
    public static string Count(int bytes) => bytes == 1 ? "1 byte" : $"{bytes} bytes";

    /// <summary>Some from <paramref name="start"/> on: <c>… 68 65 0a … "he."</c>.</summary>
    public static string Around(ReadOnlySpan<byte> bytes, int start)
    {
        if (bytes.IsEmpty || start >= bytes.Length)
        {
            return bytes.IsEmpty ? "" : "ends before";
        }

        var shown = bytes[start..Math.Min(bytes.Length, start + Most)];
        var text = new StringBuilder(start > 0 ? "… " : "");
        foreach (var one in shown)
        {
            text.Append($"{one:x2} ");
        }

        text.Append(start + shown.Length < bytes.Length ? "… \"" : "\"");
        foreach (var one in shown)
        {
            text.Append(one is >= 0x20 and < 0x7f ? (char)one : '.');
        }

        return text.Append('"').ToString();
    }
}
