using System.Runtime.InteropServices;
using Rx.Qmp.Session;
using Rx.Qmp.Wire;

namespace Rx.Qmp;

// Saving is a migration into a descriptor, which QEMU may have where it may open no files and start no programs.
public static partial class QmpMigration
{
    private static int _names;

    /// <summary>
    /// Saves the machine's state, memory and all, to a file. The file is this process's own to make, readable by its user only: it appears
    /// under its name once it is complete and on disk, in place of one that was there, and not at all if the saving fails. Afterwards the
    /// machine is stopped, in status postmigrate; to load it, start QEMU with -incoming defer, hand it the file with getfd and execute
    /// migrate-incoming.
    /// </summary>
    /// <param name="client">The client, connected over a unix socket: only that carries descriptors.</param>
    /// <param name="path">Where to.</param>
    /// <param name="options">How it is followed; null: the defaults.</param>
    /// <param name="progress">Told of each change; runs where the caller continues, and must not block.</param>
    /// <param name="cancellationToken">Cancels the saving, and returns when that has come about.</param>
    /// <returns>Where it stood at its end.</returns>
    /// <exception cref="QmpMigrationException">It failed: no space left, for one, or someone else cancelled it.</exception>
    /// <exception cref="QmpUnsupportedException">This connection carries no descriptors.</exception>
    /// <exception cref="QmpException">As for <see cref="MigrateAsync"/>.</exception>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public static async Task<QmpMigrationProgress> SaveToFileAsync(
        this QmpClient client,
        string path,
        QmpMigrationOptions? options = null,
        IProgress<QmpMigrationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new QmpMigrationOptions();
        options.Validate();
        var session = await client.BindAsync(Name, cancellationToken).ConfigureAwait(false);
        using var part = PartFile.Make(path);
        var name = $"rx-save-{Interlocked.Increment(ref _names)}";
        var file = part.SafeFileHandle;
        try
        {
            var end = await MigrateToAsync(session, name, file, options, progress, cancellationToken).ConfigureAwait(false);
            DiskFile.Flush(file);
            File.Move(part.Name, path, overwrite: true);
            return end;
        }
        catch
        {
            File.Delete(part.Name);
            throw;
        }
    }

    private static async Task<QmpMigrationProgress> MigrateToAsync(
        QmpSession session,
        string name,
        SafeHandle file,
        QmpMigrationOptions options,
        IProgress<QmpMigrationProgress>? progress,
        CancellationToken cancellationToken)
    {
        try
        {
            await session.ExecuteAsync(OnDescriptor("getfd", name).WithFile(file), false, cancellationToken).ConfigureAwait(false);
            return await RunAsync(session, "fd:" + name, options, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is QmpCommandException or QmpTimeoutException or OperationCanceledException)
        {
            await TakeBackAsync(session, name).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A migration that was refused, or given up before it was sent, has not used the descriptor up, and QEMU would keep the file
    /// open.</summary>
    private static async Task TakeBackAsync(QmpSession session, string name)
    {
        try
        {
            await session.ExecuteAsync(OnDescriptor("closefd", name), false, CancellationToken.None).ConfigureAwait(false);
        }
        catch (QmpException)
        {
            // It was used up after all, or QEMU is gone; the refusal says more.
        }
    }

    private static QmpCommand OnDescriptor(string command, string name) =>
        QmpCommand.Create(command, writer => writer.WriteString("fdname"u8, name));
}
