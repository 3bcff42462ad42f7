using Rx.Qmp.Isolation;

namespace Rx.Qmp;

/// <summary>An endpoint the application opens itself.</summary>
/// <param name="name">What it is called in messages.</param>
/// <param name="open">Makes one attempt to connect.</param>
internal sealed class OpenedQmpEndpoint(string name, Func<CancellationToken, ValueTask<Stream>> open) : QmpEndpoint
{
    /// <summary>Its name.</summary>
    /// <returns>The name given.</returns>
    public override string ToString() => name;

    internal override ValueTask<Stream> OpenAsync(bool inline, CancellationToken cancellationToken) =>
        ForeignStream.OpenAsync(open, name, inline, cancellationToken);
}
