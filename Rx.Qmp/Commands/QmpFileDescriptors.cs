using System.Reactive;
using System.Runtime.InteropServices;
using Rx.Qmp.Protocol;

namespace Rx.Qmp;

/// <summary>Giving QEMU open files. QEMU gets a copy of the descriptor; the one handed in stays the caller's, to be closed once the task
/// has completed, whatever the outcome. Unix sockets only.</summary>
public static class QmpFileDescriptors
{
    /// <summary>Adds a file to a descriptor set, to be named /dev/fdset/N wherever QEMU takes a path. A set disappears when its last file
    /// is removed, and, unused, when the last monitor hangs up.</summary>
    /// <param name="client">The client.</param>
    /// <param name="file">The file.</param>
    /// <param name="set">The set; null: a new one.</param>
    /// <param name="opaque">Free text that QEMU keeps with it; null: none.</param>
    /// <param name="cancellationToken">Stops waiting; QEMU may have the file all the same.</param>
    /// <returns>The set and the number of the descriptor in QEMU.</returns>
    /// <exception cref="QmpUnsupportedException">The connection carries no descriptors.</exception>
    /// <exception cref="ObjectDisposedException">The file was closed before it was sent.</exception>
    /// <exception cref="QmpException">As for every command.</exception>
    public static Task<AddfdInfo> AddFdAsync(
        this QmpClient client, SafeHandle file, long? set = null, string? opaque = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        var command = new AddFd { FdsetId = set, Opaque = opaque };
        return client.ExecuteAsync(command.Encode().WithFile(file), cancellationToken);
    }

    /// <summary>Gives QEMU a file under a name, for one command that takes such a name, which uses it up. A name given again closes what
    /// it stood for.</summary>
    /// <param name="client">The client.</param>
    /// <param name="name">The name; it does not start with a digit.</param>
    /// <param name="file">The file.</param>
    /// <param name="cancellationToken">Stops waiting; QEMU may have the file all the same.</param>
    /// <returns>Nothing, once QEMU has it.</returns>
    /// <exception cref="QmpUnsupportedException">The connection carries no descriptors.</exception>
    /// <exception cref="ObjectDisposedException">The file was closed before it was sent.</exception>
    /// <exception cref="QmpException">As for every command.</exception>
    public static Task<Unit> GetFdAsync(
        this QmpClient client, string name, SafeHandle file, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (char.IsAsciiDigit(name[0]))
        {
            throw new ArgumentException("The name of a descriptor does not start with a digit.", nameof(name));
        }

        return client.ExecuteAsync(new Getfd { Fdname = name }.Encode().WithFile(file), cancellationToken);
    }
}
