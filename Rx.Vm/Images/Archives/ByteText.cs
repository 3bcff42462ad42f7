using System.Text;
using Rx.Vm.Text;

namespace Rx.Vm.Images.Archives;

/// <summary>
/// Names in archives are bytes of no known encoding. They are held as strings with one character per byte, so that they compare, sort and go
/// out again exactly as they came in; only what is shown to people is decoded.
/// </summary>
internal static class ByteText
{
    private const int MaxShownBytes = 300;

    /// <summary>One character per byte.</summary>
    public static string From(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>The bytes again.</summary>
    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>For a message: decoded, without anything that could steer a terminal, and cut.</summary>
    public static string Shown(string text) => CleanText.Of(Bytes(text), MaxShownBytes);
}
