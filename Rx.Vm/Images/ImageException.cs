using Rx.Vm.Text;

namespace Rx.Vm.Images;

/// <summary>An image or a boot file could not be had. Nothing half-made is left behind.</summary>
public sealed class ImageException : RxVmException
{
    private const int MaxMessageChars = 8192;

    /// <summary>A failure that concerns one image.</summary>
    /// <param name="error">What kind of failure.</param>
    /// <param name="subject">The name or path as the caller gave it.</param>
    /// <param name="message">
    /// One sentence that names the culprit. Names in it may be anybody's: what could steer a terminal is replaced.
    /// </param>
    /// <param name="inner">The underlying error.</param>
    public ImageException(ImageError error, string subject, string message, Exception? inner = null)
        : base(CleanText.Of(message, MaxMessageChars), inner)
    {
        Error = error;
        Subject = subject;
    }

    /// <summary>What kind of failure.</summary>
    public ImageError Error { get; }

    /// <summary>The name or path it concerns, exactly as the caller gave it.</summary>
    public string Subject { get; }
}
