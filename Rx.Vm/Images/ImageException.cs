namespace Rx.Vm.Images;

/// <summary>An image or a boot file could not be had. Nothing half-made is left behind.</summary>
public sealed class ImageException : RxVmException
{
    /// <summary>A failure that concerns one image.</summary>
    /// <param name="error">What kind of failure.</param>
    /// <param name="subject">The name or path as the caller gave it.</param>
    /// <param name="message">One sentence that names the culprit.</param>
    /// <param name="inner">The underlying error.</param>
    public ImageException(ImageError error, string subject, string message, Exception? inner = null)
        : base(message, inner)
    {
        Error = error;
        Subject = subject;
    }

    /// <summary>What kind of failure.</summary>
    public ImageError Error { get; }

    /// <summary>The name or path it concerns.</summary>
    public string Subject { get; }
}
