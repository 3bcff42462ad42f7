using System.Reactive.Concurrency;
using Rx.Qmp.Isolation;
using Serilog;
using Serilog.Core;

namespace Rx.Vm.Images.Boot;

/// <summary>Makes and finds the kernel and initramfs in the directory of the image store.</summary>
public sealed class BootFileStore
{
    private const string LockKey = "b";
    private const long MaxSourceBytes = 256 << 20;
    private const int KeptFiles = 12;
    private readonly ImageStoreOptions _options;
    private readonly IScheduler _scheduler;
    private readonly ILogger _log;
    private readonly StoreLayout _layout;

    /// <summary>Opens the store, making its directory when it is missing.</summary>
    /// <param name="options">Where it is; only the directory and the lock's limit are used.</param>
    /// <param name="scheduler">The clock of the limit.</param>
    /// <param name="logger">Where to log; null for nowhere.</param>
    /// <exception cref="ImageException"><see cref="ImageError.StoreUnusable"/> or <see cref="ImageError.DiskFull"/>.</exception>
    public BootFileStore(ImageStoreOptions options, IScheduler scheduler, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(scheduler);
        options.Validate();
        _options = options;
        _log = SafeLogger.Wrap(logger).ForContext<BootFileStore>();
        _scheduler = SafeScheduler.Wrap(scheduler, (why, fault) => VmLog.ClockBroken(_log, why, fault));
        _layout = StoreLayout.Open(options.Directory);
    }

    private string CurrentPath => Path.Combine(_layout.Boot, "current.json");

    /// <summary>The files made last, with their content verified.</summary>
    /// <returns>The files, or null when none were made yet or one of them is missing or was changed: prepare again.</returns>
    /// <exception cref="ImageException"><see cref="ImageError.StoreUnusable"/>.</exception>
    public BootFiles? Find() => StoreErrors.Guard(_options.Directory, () =>
    {
        var record = StoreFile.TryRead(CurrentPath, StoreJson.Default.BootRecord);
        return record is { Image: not null, Initramfs: not null }
            && IsIntact(record.Image) && IsIntact(record.Initramfs) && (record.Elf is null || IsIntact(record.Elf))
            ? ToFiles(record)
            : null;
    });

    /// <summary>Makes the initramfs and the ELF kernel and remembers them; what is there already is kept.</summary>
    /// <param name="initPath">The static guest init.</param>
    /// <param name="kernel">The kernel and its modules.</param>
    /// <param name="ct">Ends the work between two files.</param>
    /// <returns>The files.</returns>
    /// <exception cref="ImageException">They cannot be made; see <see cref="ImageException.Error"/>.</exception>
    public async Task<BootFiles> PrepareAsync(string initPath, KernelPackage kernel, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(initPath);
        ArgumentNullException.ThrowIfNull(kernel);
        using var held = await StoreLock.TakeAsync(_layout, LockKey, initPath, _options.LockTimeout, _scheduler, ct).ConfigureAwait(false);
        return StoreErrors.Guard(initPath, () =>
        {
            var kernelImage = SourceFile.ReadAll(kernel.ImagePath, "kernel", MaxSourceBytes);
            var image = Store(kernelImage, $"vmlinuz-{kernel.Version}", held, ct);
            var elf = StoreElf(kernelImage, kernel, held, ct);
            ct.ThrowIfCancellationRequested();
            var initramfs = Store(BuildInitramfs(initPath, kernel), $"initramfs-{kernel.Version}", held, ct);
            var record = new BootRecord(kernel.Version, image, elf, initramfs);
            StoreFile.Write(held.NewTemporaryPath(), CurrentPath, record, StoreJson.Default.BootRecord);
            RemoveUnused(record);
            _log.Information("Boot files of kernel {KernelVersion} are ready, initramfs {Digest}", kernel.Version, initramfs.Digest);
            return ToFiles(record);
        });
    }

    private BootFileRecord? StoreElf(byte[] image, KernelPackage kernel, StoreLock held, CancellationToken ct)
    {
        try
        {
            return Store(KernelImage.ExtractElf(image), $"vmlinux-{kernel.Version}", held, ct);
        }
        catch (InvalidDataException error)
        {
            // Only slower: the bzImage boots everywhere.
            _log.Warning("No ELF kernel could be had from {Image}: {Reason}", kernel.ImagePath, error.Message);
            return null;
        }
    }

    private static byte[] BuildInitramfs(string initPath, KernelPackage kernel)
    {
        var init = SourceFile.ReadAll(initPath, "guest init", MaxSourceBytes);
        var (boot, lazy) = Initramfs.Modules(kernel);
        using var archive = new MemoryStream();
        Initramfs.Write(archive, init, boot, lazy, kernel.EnforcesSignatures);
        return archive.ToArray();
    }

    private BootFileRecord Store(byte[] content, string prefix, StoreLock held, CancellationToken ct)
    {
        var temporary = held.NewTemporaryPath();
        File.WriteAllBytes(temporary, content);
        var name = "";
        var digest = SealedFile.Store(temporary, d => Path.Combine(_layout.Boot, name = $"{prefix}-{d[..16]}"), held, ct);
        return new BootFileRecord(name, digest);
    }

    // A machine that is starting has its files open or is about to open them by path: the files of the last two sets stay.
    private void RemoveUnused(BootRecord current)
    {
        var keep = new HashSet<string>(StringComparer.Ordinal) { Path.GetFileName(CurrentPath) };
        foreach (var file in (BootFileRecord?[])[current.Image, current.Elf, current.Initramfs])
        {
            if (file is not null)
            {
                keep.Add(file.Name);
                keep.Add(file.Name + ".seal");
            }
        }

        var unused = Directory.EnumerateFiles(_layout.Boot).Where(path => !keep.Contains(Path.GetFileName(path)));
        foreach (var path in unused.OrderByDescending(File.GetLastWriteTimeUtc).Skip(KeptFiles))
        {
            File.Delete(path);
        }
    }

    private bool IsIntact(BootFileRecord file) =>
        Digests.IsDigest(file.Digest)
        && file.Name == Path.GetFileName(file.Name)
        && SealedFile.IsIntact(Path.Combine(_layout.Boot, file.Name), file.Digest, held: null, CancellationToken.None);

    private BootFiles ToFiles(BootRecord record) => new(
        record.KernelVersion,
        Path.Combine(_layout.Boot, record.Image.Name),
        record.Elf is null ? null : Path.Combine(_layout.Boot, record.Elf.Name),
        Path.Combine(_layout.Boot, record.Initramfs.Name),
        Digests.OfText($"{record.Image.Digest}{record.Elf?.Digest}{record.Initramfs.Digest}"));
}
