using System.Net.Sockets;
using System.Text;

namespace Rx.Qmp.Wire;

/// <summary>
/// The file of a listening unix socket. Replaces one that a dead process left, and nothing else; removes its own, and not one that
/// somebody else has put there since. Two processes that start at the same moment over the same dead socket can still take it from each
/// other: the kernel has no way to remove a file only if it is a certain one.
/// </summary>
internal sealed class UnixSocketFile
{
    private readonly string _path;
    private readonly FileIdentity _identity;

    private UnixSocketFile(string path, FileIdentity identity)
    {
        _path = path;
        _identity = identity;
    }

    /// <summary>Binds a socket to a path, for its owner only.</summary>
    /// <returns>The file made; null in the abstract space, and where the system removes the file itself.</returns>
    /// <exception cref="QmpListenException">The path is too long, or taken.</exception>
    /// <exception cref="SocketException">Anything else.</exception>
    public static UnixSocketFile? Bind(Socket socket, string path, string shownAs)
    {
        if (Encoding.UTF8.GetByteCount(path) > UnixSocket.MaxPathBytes)
        {
            throw new QmpListenException(QmpListenFailure.PathTooLong, shownAs);
        }

        if (path[0] == '\0' || !OperatingSystem.IsLinux())
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            return null;
        }

        // Bound by .NET's own address type, the file would be deleted with the socket, whosever it was by then.
        var address = new RawEndPoint(AddressFamily.Unix, Address(path));
        try
        {
            socket.Bind(address);
        }
        catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            RemoveDead(path, shownAs, taken);
            socket.Bind(address);
        }

        // Nobody can connect before the socket listens.
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new UnixSocketFile(path, FileIdentity.Read(path));
    }

    /// <summary>Removes the file, if it is still there.</summary>
    public void Remove()
    {
        if (FileIdentity.Read(_path) == _identity)
        {
            DeleteQuietly(_path);
        }
    }

    private static void RemoveDead(string path, string shownAs, SocketException taken)
    {
        var before = FileIdentity.Read(path);
        if (!before.IsSocket)
        {
            throw new QmpListenException(QmpListenFailure.NotASocket, shownAs, taken);
        }

        if (!IsDead(path) || FileIdentity.Read(path) != before)
        {
            throw new QmpListenException(QmpListenFailure.InUse, shownAs, taken);
        }

        DeleteQuietly(path);
    }

    private static bool IsDead(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return false;
        }
        catch (SocketException refused)
        {
            return refused.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }

    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Left behind, it is a dead socket, which the next listener replaces or complains about.
        }
    }

    /// <summary>A sockaddr_un with its final NUL.</summary>
    private static byte[] Address(string path)
    {
        var name = Encoding.UTF8.GetBytes(path);
        var address = new byte[sizeof(ushort) + name.Length + 1];
        BitConverter.TryWriteBytes(address, (ushort)AddressFamily.Unix);
        name.CopyTo(address, sizeof(ushort));
        return address;
    }
}
