using System.Collections.Immutable;
using System.Text;

namespace Rx.Qmp.Testing.Simulation;

/// <summary>What becomes of the connection after some output.</summary>
internal enum FakeEnding
{
    None,
    HangUp,
    Reset,
}

/// <summary>Text that goes out.</summary>
/// <param name="Text">The text.</param>
/// <param name="Styled">True: a message, to be written in the server's style; false: as it is.</param>
internal readonly record struct FakePart(string Text, bool Styled);

/// <summary>What goes out in one write.</summary>
/// <param name="Parts">The text.</param>
/// <param name="CutAt">How many bytes of it really go; null: all.</param>
/// <param name="Ending">What follows.</param>
internal readonly record struct FakeOutput(ImmutableArray<FakePart> Parts, int? CutAt, FakeEnding Ending)
{
    /// <summary>The bytes.</summary>
    public byte[] Encode(FakeQmpStyle style)
    {
        var bytes = Encoding.UTF8.GetBytes(
            string.Concat(Parts.Select(part => part.Styled ? QmpText.Styled(part.Text, style) : part.Text)));
        return CutAt is { } cut && cut < bytes.Length ? bytes[..cut] : bytes;
    }
}
