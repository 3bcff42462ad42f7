using Rx.Vm.Text;

namespace Rx.Vm.Images;

/// <summary>How a pod names its root file system: a path, or the name of an imported image.</summary>
/// <param name="Value">The path or the name.</param>
/// <param name="IsPath">Whether it is a path.</param>
public readonly record struct ImageReference(string Value, bool IsPath)
{
    private const int MaxPathLength = 4095;
    private const int MaxShown = 80;

    // Said of a path where only names are taken; registry references have a '/' too.
    internal const string PathRefused = "is read as a path on the host, and this host takes only names of imported images";

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
                throw new ImageException(ImageError.InvalidName, CleanText.Of(text, MaxShown),
                    $"The image path {CleanText.Quote(text)} is too long or holds a NUL character.");
            }

            return new ImageReference(text, IsPath: true);
        }

        if (!Identifiers.IsValid(text))
        {
            throw new ImageException(ImageError.InvalidName, CleanText.Of(text, MaxShown),
                $"{CleanText.Quote(text)} is not an image name: {Identifiers.Rule}. A path needs a '/' in it.");
        }

        return new ImageReference(text, IsPath: false);
    }

    internal bool IsAllowed(ImageSourcePolicy policy) => !IsPath || policy == ImageSourcePolicy.HostPaths;
}
