namespace Rx.Qmp;

/// <summary>Makes a result of a reply's bytes, which are gone afterwards. Throws where they are not one whole value of the right
/// shape.</summary>
/// <param name="value">The bytes.</param>
internal delegate T QmpValueReader<out T>(ReadOnlySpan<byte> value);
