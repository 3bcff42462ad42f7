using System.Collections.Immutable;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Qemu;

/// <summary>
/// The four connections to a machine. Made before the process is started: the sockets listen already, are handed down as descriptors,
/// and we are the first in their queues, so there is nothing to poll for and nobody to race with.
/// </summary>
internal sealed class MachineChannels : IDisposable
{
    /// <summary>The sockets in a machine's directory.</summary>
    public static readonly ImmutableArray<string> Files = ["qmp.sock", "ctl.sock", "tty.sock", "console.sock"];

    private readonly NetworkStream[] _streams;

    private MachineChannels(NetworkStream[] streams) => _streams = streams;

    public NetworkStream Qmp => _streams[0];

    public NetworkStream Control => _streams[1];

    public NetworkStream Tty => _streams[2];

    public NetworkStream Console => _streams[3];

    /// <summary>Binds the sockets, connects to them, and returns the listening ends for the child.</summary>
    public static MachineChannels Create(VmDirectory directory, List<SafeFileHandle> listeners)
    {
        foreach (var file in Files)
        {
            listeners.Add(directory.Listen(file));
        }

        return Connect(directory, static _ => { });
    }

    /// <summary>Connects to the sockets of a running machine and makes sure that it is this process that listens.</summary>
    /// <exception cref="IOException">Somebody else listens.</exception>
    /// <exception cref="SocketException">Nobody listens.</exception>
    public static MachineChannels Attach(VmDirectory directory, int pid) => Connect(directory, socket =>
    {
        if (PeerPid(socket) is var peer && peer != pid)
        {
            throw new IOException($"the sockets in '{directory.Path}' belong to process {peer}, not to {pid}");
        }
    });

    public void Dispose()
    {
        foreach (var stream in _streams)
        {
            stream.Dispose();
        }
    }

    private static MachineChannels Connect(VmDirectory directory, Action<Socket> check)
    {
        var streams = new List<NetworkStream>();
        try
        {
            foreach (var file in Files)
            {
                var socket = directory.Connect(file);
                streams.Add(new NetworkStream(socket, ownsSocket: true));
                check(socket);
            }

            return new MachineChannels([.. streams]);
        }
        catch
        {
            streams.ForEach(static stream => stream.Dispose());
            throw;
        }
    }

    // struct ucred of who called listen() last: QEMU does so again on the descriptor it was given.
    private static int PeerPid(Socket socket)
    {
        const int socketLevel = 1;
        const int peerCredentials = 17;
        Span<byte> credentials = stackalloc byte[12];
        var length = socket.GetRawSocketOption(socketLevel, peerCredentials, credentials);
        return length == credentials.Length ? MemoryMarshal.Read<int>(credentials) : 0;
    }
}
