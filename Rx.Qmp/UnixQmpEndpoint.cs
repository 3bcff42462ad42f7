using Rx.Qmp.Wire;

namespace Rx.Qmp;

/// <summary>A unix socket on which QEMU listens.</summary>
public sealed class UnixQmpEndpoint : QmpEndpoint
{
    internal UnixQmpEndpoint(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Path = path;
    }

    /// <summary>The socket's path.</summary>
    public string Path { get; }

    /// <summary>The path.</summary>
    /// <returns>The path; a leading NUL shows as @.</returns>
    public override string ToString() => Path[0] == '\0' ? "@" + Path[1..] : Path;

    internal override ValueTask<Stream> OpenAsync(bool inline, CancellationToken cancellationToken) =>
        UnixSocket.ConnectAsync(Path, ToString(), cancellationToken);
}
