namespace Rx.Vm.Images;

/// <summary>How a pod names its root file system: a path, or the name of an imported image.</summary>
/// <param name="Value">The path or the name.</param>
/// <param name="IsPath">Whether it is a path.</param>
public readonly record struct ImageReference(string Value, bool IsPath)
{
    private const int MaxPathLength = 4095;

    /// <summary>Reads a reference: with a <c>/</c> in it, or a <c>.</c> at its start, it is a path; else it must be a valid name.</summary>
    /// <param name="text">The text of the pod specification.</param>
    /// <returns>The reference; nothing has been looked up.</returns>
    /// <exception cref="ImageException"><see cref="ImageError.InvalidName"/>.</exception>
    public static ImageReference Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Contains('/') || text.StartsWith('.'))
        {
            if (text.Length > MaxPathLength || text.Contains('\0'))
            {
                throw new ImageException(ImageError.InvalidName, Printable(text),
                    $"The image path '{Printable(text)}' is too long or holds a NUL character.");
            }

            return new ImageReference(text, IsPath: true);
        }

        if (!IsValidName(text))
        {
            throw new ImageException(ImageError.InvalidName, Printable(text),
                $"'{Printable(text)}' is not an image name: 1 to 64 of A-Z a-z 0-9 _ . -, starting with a letter or digit. "
                + "A path needs a '/' in it.");
        }

        return new ImageReference(text, IsPath: false);
    }

    /// <summary>Whether a text is allowed as the name of an imported image (S11).</summary>
    /// <param name="name">The text.</param>
    /// <returns>True for <c>[A-Za-z0-9][A-Za-z0-9_.-]{0,63}</c>.</returns>
    public static bool IsValidName(string? name) => Identifiers.IsValid(name);

    // An error text must not carry 4 KiB, or terminal control sequences, of somebody else's input.
    private static string Printable(string text)
    {
        var shown = text.Length > 80 ? string.Concat(text.AsSpan(0, 80), "…") : text;
        return string.Create(shown.Length, shown, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) ? '?' : source[i];
            }
        });
    }
}
