using System.Collections.Immutable;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Rx.Qmp.Isolation;
using Rx.Vm.Native;
using Rx.Vm.Text;
using Serilog;
using Serilog.Core;

namespace Rx.Vm.Images;

/// <summary>
/// Turns what a pod calls its image (a directory, a tar archive, plain or compressed, or an imported name) into a read-only root file system.
/// Results are cached; several processes may use one store at the same time.
/// </summary>
public sealed class ImageStore
{
    private const string FsType = "squashfs";
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(20);
    private readonly ImageStoreOptions _options;
    private readonly IScheduler _scheduler;
    private readonly ILogger _log;
    private readonly StoreLayout _layout;
    private readonly StoreNames _names;

    /// <summary>Opens the store, making its directory when it is missing.</summary>
    /// <param name="options">Where it is and what may be spent.</param>
    /// <param name="scheduler">The clock of the limits.</param>
    /// <param name="logger">Where to log; null for nowhere.</param>
    /// <exception cref="ImageException"><see cref="ImageError.StoreUnusable"/> or <see cref="ImageError.DiskFull"/>.</exception>
    /// <exception cref="RxVmException">An option is out of range.</exception>
    public ImageStore(ImageStoreOptions options, IScheduler scheduler, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(scheduler);
        options.Validate();
        _options = options;
        _log = SafeLogger.Wrap(logger).ForContext<ImageStore>();
        _scheduler = SafeScheduler.Wrap(scheduler, (why, fault) => VmLog.ClockBroken(_log, why, fault));
        _layout = StoreLayout.Open(options.Directory);
        _names = new StoreNames(_layout);
    }

    /// <summary>Gives the root file system of an image, building it when its source is new or has changed.</summary>
    /// <param name="image">A name, or where <see cref="ImageStoreOptions.Sources"/> allow it a path; see <see cref="ImageReference.Parse"/>.</param>
    /// <param name="ct">Ends a build; its program is killed and its file removed.</param>
    /// <returns>A file whose content is what its digest says.</returns>
    /// <exception cref="ImageException">It cannot be had; see <see cref="ImageException.Error"/>.</exception>
    public async Task<RootFileSystem> ResolveAsync(string image, CancellationToken ct = default)
    {
        using var lease = await LeaseAsync(image, ct).ConfigureAwait(false);
        return lease.Root;
    }

    /// <summary>Gives a directory or archive a name that stays valid when the source is changed or removed.</summary>
    /// <param name="name">The name, <c>[A-Za-z0-9][A-Za-z0-9_.-]{0,63}</c>; an earlier image of that name is replaced.</param>
    /// <param name="path">A directory or archive.</param>
    /// <param name="ct">Ends the build.</param>
    /// <returns>The root file system.</returns>
    /// <exception cref="ImageException">It cannot be had; see <see cref="ImageException.Error"/>.</exception>
    public async Task<RootFileSystem> ImportAsync(string name, string path, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!Identifiers.IsValid(name))
        {
            throw StoreNames.NoName(name);
        }

        return await StoreErrors.GuardAsync(path, async () =>
        {
            // Until a name stands for it, a prune elsewhere could take it for a leftover.
            using var lease = await FromPathAsync(path, ct).ConfigureAwait(false);
            var built = lease.Root;
            using var held = await LockAsync(Digests.OfText(name), name, ct).ConfigureAwait(false);
            var record = new NameRecord(built.Digest, new FileInfo(built.Path).Length, path, built.Remarks);
            StoreFile.Write(held.NewTemporaryPath(), _layout.NamePath(name), record, StoreJson.Default.NameRecord);
            _log.Information("Imported {Image} as {Digest} from {Source}", name, built.Digest, path);
            return built;
        }).ConfigureAwait(false);
    }

    /// <summary>
    /// Frees a name. Its image is removed too when no other name stands for it and no machine uses it, in this process or another; else it is
    /// <see cref="PruneAsync"/> that removes it later.
    /// </summary>
    /// <param name="name">The name it was imported with.</param>
    /// <param name="ct">Ends the wait for whoever is importing under the same name.</param>
    /// <returns>What was removed besides the name.</returns>
    /// <exception cref="ImageException"><see cref="ImageError.NotFound"/>, or the store cannot be used.</exception>
    public Task<FreedSpace> RemoveAsync(string name, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return StoreErrors.GuardAsync(name, async () =>
        {
            // What is not there need not be waited for; what is there may have become another image meanwhile.
            var digest = Identifiers.IsValid(name) ? _names.Record(name).Digest : throw StoreNames.NoName(name);
            using (await LockAsync(Digests.OfText(name), name, ct).ConfigureAwait(false))
            {
                digest = _names.Record(name).Digest;
                File.Delete(_layout.NamePath(name));
                PosixFiles.SyncDirectory(_layout.Names);
            }

            var sweep = new StoreSweep(_layout, _names.Has);
            sweep.Image(digest);
            _log.Information("Removed the image name {Image} of {Digest}", name, digest);
            return sweep.Freed;
        });
    }

    /// <summary>
    /// Removes what nothing leads to: images without a name, records of sources that have gone, and what builders left behind. An image that a machine
    /// uses or is about to, in this process or another, stays.
    /// </summary>
    /// <param name="all">Whether images that were built from a path for a run, and never given a name, go too; the next run builds them again.</param>
    /// <param name="ct">Ends it between two files.</param>
    /// <returns>What was removed.</returns>
    /// <exception cref="ImageException"><see cref="ImageError.StoreUnusable"/>.</exception>
    public Task<FreedSpace> PruneAsync(bool all = false, CancellationToken ct = default) => StoreErrors.GuardAsync(_options.Directory, async () =>
    {
        var sweep = new StoreSweep(_layout, _names.Has);
        await sweep.TemporariesAsync(bucket => TryLockAsync(bucket, ct)).ConfigureAwait(false);
        ct.ThrowIfCancellationRequested();
        sweep.Records(record => all || record is null || !IsUseful(record));
        ct.ThrowIfCancellationRequested();
        sweep.Images();
        return sweep.Freed;
    });

    /// <summary>As <see cref="ResolveAsync"/>, and the file stays until the lease is given back.</summary>
    internal async Task<ImageLease> LeaseAsync(string image, CancellationToken ct)
    {
        var reference = ImageReference.Parse(image);
        if (!reference.IsAllowed(_options.Sources))
        {
            throw new ImageException(ImageError.PathRefused, image, $"{CleanText.Quote(image)} {ImageReference.PathRefused}.");
        }

        return await StoreErrors.GuardAsync(image, () => reference.IsPath ? FromPathAsync(image, ct) : FromNameAsync(image, ct))
            .ConfigureAwait(false);
    }

    /// <summary>The imported names, in ordinal order.</summary>
    /// <exception cref="ImageException"><see cref="ImageError.StoreUnusable"/>.</exception>
    public ImmutableArray<ImportedImage> List() => StoreErrors.Guard(_options.Directory, _names.All);

    private bool IsUseful(SourceRecord record) =>
        record.Key.StartsWith(SquashfsBuilder.FormatVersion + "/", StringComparison.Ordinal)
        && MayBeThere(record.Path)
        && Digests.IsDigest(record.Digest)
        && File.Exists(_layout.BlobPath(record.Digest));

    // A source that can't be looked at, on a disk that is away for one, is not known to be gone.
    private static bool MayBeThere(string path)
    {
        try
        {
            return PosixFiles.Stamp(path) is not null;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private async Task<StoreLock?> TryLockAsync(string bucket, CancellationToken ct)
    {
        try
        {
            return await StoreLock.TakeAsync(_layout, bucket, _options.Directory, TimeSpan.Zero, _scheduler, ct).ConfigureAwait(false);
        }
        catch (ImageException busy) when (busy.Error == ImageError.TimedOut)
        {
            return null;
        }
    }

    private Task<ImageLease> FromNameAsync(string name, CancellationToken ct) => LeaseAsync(name, () => FromName(name, ct), ct);

    // One that can't be leased is being removed at this very moment: looked for again it has gone for good, or something else is there. A
    // remover that was stopped half-way keeps nobody for longer than a lock's holder may.
    private async Task<ImageLease> LeaseAsync(string subject, Func<RootFileSystem> find, CancellationToken ct)
    {
        var clock = _scheduler.StartStopwatch();
        while (true)
        {
            if (ImageLease.TryTake(find()) is { } lease)
            {
                return lease;
            }

            if (clock.Elapsed >= _options.LockTimeout)
            {
                throw new ImageException(ImageError.TimedOut, subject,
                    $"Another process has been removing the image '{subject}' for {_options.LockTimeout.TotalSeconds:0} s.");
            }

            await Observable.Timer(RetryEvery, _scheduler).ToTask(ct).ConfigureAwait(false);
        }
    }

    private RootFileSystem FromName(string name, CancellationToken ct)
    {
        var record = _names.Record(name);
        var path = _layout.BlobPath(record.Digest);
        return SealedFile.IsIntact(path, record.Digest, held: null, ct)
            ? Found(record.Digest, record.Remarks)
            : throw new ImageException(ImageError.Corrupt, name,
                $"The file of image '{name}' is missing or was changed; import it again from '{record.Source}'.");
    }

    private async Task<ImageLease> FromPathAsync(string path, CancellationToken ct)
    {
        var source = ImageSource.Inspect(path, _options, ct);
        var pathKey = Digests.OfText(source.Path);
        if (Cached(source, pathKey, held: null, ct) is { } found)
        {
            return found;
        }

        using var held = await LockAsync(pathKey, path, ct).ConfigureAwait(false);
        return Cached(source, pathKey, held, ct) ?? await BuildAsync(source, path, pathKey, held, ct).ConfigureAwait(false);
    }

    private ImageLease? Cached(ImageSource source, string pathKey, StoreLock? held, CancellationToken ct)
    {
        var record = StoreFile.TryRead(_layout.SourcePath(pathKey), StoreJson.Default.SourceRecord);
        if (record is null || record.Key != BuildKey(source) || !Digests.IsDigest(record.Digest))
        {
            return null;
        }

        var path = _layout.BlobPath(record.Digest);
        return SealedFile.IsIntact(path, record.Digest, held, ct) ? ImageLease.TryTake(Found(record.Digest, record.Remarks)) : null;
    }

    private async Task<ImageLease> BuildAsync(
        ImageSource source, string subject, string pathKey, StoreLock held, CancellationToken ct)
    {
        _log.Information("Building a root file system from {Source}", subject);
        var temporary = held.NewTemporaryPath();
        IReadOnlyList<string> remarks;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using (_scheduler.Schedule(_options.BuildTimeout, limit.TryCancel))
        {
            try
            {
                remarks = await SquashfsBuilder.BuildAsync(source, subject, temporary, _options, limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                throw new ImageException(ImageError.TimedOut, subject,
                    $"Building '{subject}' took longer than {_options.BuildTimeout.TotalSeconds:0} s.");
            }
        }

        if (new FileInfo(temporary).Length > _options.MaxImageBytes)
        {
            throw new ImageException(ImageError.TooLarge, subject,
                $"The image of '{subject}' is larger than {_options.MaxImageBytes} bytes.");
        }

        var after = ImageSource.Inspect(subject, _options, ct);
        if (after != source)
        {
            throw new ImageException(ImageError.SourceChanged, subject, $"'{subject}' was changed while its image was being built.");
        }

        var lease = await PublishAsync(temporary, subject, remarks, held, ct).ConfigureAwait(false);
        try
        {
            if (BuildKey(source) is { } key)
            {
                StoreFile.Write(held.NewTemporaryPath(), _layout.SourcePath(pathKey),
                    new SourceRecord(source.Path, key, lease.Root.Digest, remarks), StoreJson.Default.SourceRecord);
            }
        }
        catch
        {
            lease.Dispose();
            throw;
        }

        _log.Information("Built {Digest} from {Source}", lease.Root.Digest, subject);
        foreach (var remark in remarks)
        {
            _log.Warning("{Source}: {Remark}", subject, remark);
        }

        return lease;
    }

    // Held from before anybody can see it: a prune elsewhere, at the very moment, would take what nothing leads to yet.
    private async Task<ImageLease> PublishAsync(
        string temporary, string subject, IReadOnlyList<string> remarks, StoreLock held, CancellationToken ct)
    {
        using var unseen = ImageLease.TryTake(new RootFileSystem(temporary, FsType, ""));
        // Not there only while an equal file is being removed; then this one takes its place.
        return await LeaseAsync(subject, () => Found(SealedFile.Store(temporary, _layout.BlobPath, held, ct), remarks), ct).ConfigureAwait(false);
    }

    private RootFileSystem Found(string digest, IReadOnlyList<string>? remarks) =>
        new(_layout.BlobPath(digest), FsType, digest) { Remarks = remarks is null ? [] : [.. remarks] };

    private string? BuildKey(ImageSource source) =>
        source.StateKey is null ? null : $"{SquashfsBuilder.FormatVersion}/{_options.Compression}/{source.StateKey}";

    private Task<StoreLock> LockAsync(string key, string subject, CancellationToken ct) =>
        StoreLock.TakeAsync(_layout, key, subject, _options.LockTimeout, _scheduler, ct);
}
