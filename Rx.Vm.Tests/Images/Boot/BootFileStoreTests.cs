using System.Reactive.Concurrency;
using System.Runtime.InteropServices;
using Rx.Vm.Images;
using Rx.Vm.Images.Boot;

namespace Rx.Vm.Tests.Images.Boot;

[Slow]
public sealed partial class BootFileStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _init;
    private readonly string _tree;

    public BootFileStoreTests()
    {
        _init = _directory.Write("rxvm-init", "the init");
        _tree = FakeKernel.Package(
            _directory, "virtio_ring:", "virtio: virtio_ring", "virtio_console: virtio", "virtio_blk: virtio", "overlay:");
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Nothing_is_found_before_it_was_made() => Assert.Null(Store().Find());

    [Fact]
    public async Task What_was_made_is_found_and_the_initramfs_has_the_agreed_layout()
    {
        var made = await Prepare();
        Assert.Equal(made, Store().Find());
        Assert.Equal(made.ElfPath, made.KernelPath);
        Assert.Equal(FakeKernel.Elf(5000), File.ReadAllBytes(made.KernelPath));
        var entries = CpioReader.Read(File.ReadAllBytes(made.InitramfsPath));
        var files = entries.ToDictionary(e => e.Name);
        Assert.Equal("the init", files["init"].Text);
        Assert.Equal(0x81edu, files["init"].Mode);
        Assert.Equal((0x2180u, 5u, 1u), (files["dev/console"].Mode, files["dev/console"].Major, files["dev/console"].Minor));
        Assert.Equal(0x43ffu, files["tmp"].Mode);
        Assert.Equal(
            "/lib/modules/virtio_ring.ko\n/lib/modules/virtio.ko\n/lib/modules/virtio_console.ko\n", files["etc/modules-boot"].Text);
        Assert.Equal("/lib/modules/virtio_blk.ko\n/lib/modules/overlay.ko\n", files["etc/modules-lazy"].Text);
        Assert.All(entries, e => Assert.True(
            !e.Name.Contains('/') || files.ContainsKey(e.Name[..e.Name.LastIndexOf('/')]), $"{e.Name} comes before its folder"));
    }

    [Fact]
    public async Task Signatures_go_unless_the_kernel_enforces_them()
    {
        var module = FakeKernel.Module("depends=virtio");
        var signed = FakeKernel.Sign(module, 100);
        _directory.Write($"k/lib/modules/{FakeKernel.Version}/kernel/virtio_console.ko", signed);
        Assert.Equal(module, Console(await Prepare()));
        _directory.Write($"k/boot/config-{FakeKernel.Version}", "CONFIG_MODULE_SIG_FORCE=y\n");
        Assert.Equal(signed, Console(await Prepare()));

        static byte[] Console(BootFiles files) =>
            CpioReader.Read(File.ReadAllBytes(files.InitramfsPath)).Single(e => e.Name == "lib/modules/virtio_console.ko").Content;
    }

    [Fact]
    public async Task The_same_inputs_give_the_same_files_and_another_init_gives_others()
    {
        var first = await Prepare();
        Assert.Equal(first, await Prepare());
        File.WriteAllText(_init, "another init");
        var second = await Prepare();
        Assert.NotEqual(first.Digest, second.Digest);
        Assert.NotEqual(first.InitramfsPath, second.InitramfsPath);
        Assert.Equal(first.KernelPath, second.KernelPath);
        Assert.True(File.Exists(first.InitramfsPath), "a machine may be starting from the earlier one");
    }

    [Fact]
    public async Task Old_files_do_not_pile_up()
    {
        for (var i = 0; i < 30; i++)
        {
            File.WriteAllText(_init, $"init {i}");
            await Prepare();
        }

        Assert.InRange(Directory.GetFiles(_directory["store/boot"]).Length, 7, 20);
        Assert.NotNull(Store().Find());
    }

    [Fact]
    public async Task A_changed_or_missing_file_is_not_handed_out()
    {
        var made = await Prepare();
        File.SetUnixFileMode(made.InitramfsPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.AppendAllText(made.InitramfsPath, "x");
        Assert.Null(Store().Find());
        Assert.Equal(made, await Prepare());
        Assert.Equal(made, Store().Find());
        File.Delete(made.ImagePath);
        Assert.Null(Store().Find());
    }

    [Fact]
    public async Task A_record_that_points_elsewhere_is_not_followed()
    {
        await Prepare();
        var record = _directory["store/boot/current.json"];
        File.WriteAllText(record, File.ReadAllText(record).Replace("\"initramfs-", "\"../initramfs-", StringComparison.Ordinal));
        Assert.Null(Store().Find());
        File.WriteAllText(record, "{ not json");
        Assert.Null(Store().Find());
    }

    [Fact]
    public async Task A_kernel_that_cannot_be_unpacked_is_used_as_it_is()
    {
        File.WriteAllText(_directory[$"k/boot/vmlinuz-{FakeKernel.Version}"], "something for another architecture");
        var made = await Prepare();
        Assert.Null(made.ElfPath);
        Assert.Equal(made.ImagePath, made.KernelPath);
        Assert.Equal(made, Store().Find());
    }

    [Fact]
    public async Task A_missing_init_is_named_and_leaves_nothing()
    {
        var error = await Assert.ThrowsAsync<ImageException>(
            () => Store().PrepareAsync(_directory["no-init"], KernelPackage.Open(_tree), TestContext.Current.CancellationToken));
        Assert.Equal(ImageError.NotFound, error.Error);
        Assert.Contains(_directory["no-init"], error.Message);
        Assert.Empty(Directory.GetFiles(_directory["store/tmp"]));
        Assert.Null(Store().Find());
    }

    // Opening a pipe by its path would wait for a writer for ever, on a thread that nothing can end.
    [Theory(Timeout = 60_000)]
    [InlineData("rxvm-init", ImageError.UnsupportedSource)]
    [InlineData("k/boot/vmlinuz-" + FakeKernel.Version, ImageError.UnsupportedSource)]
    [InlineData($"k/lib/modules/{FakeKernel.Version}/kernel/virtio.ko", ImageError.BadKernel)]
    public async Task A_pipe_in_place_of_a_file_is_never_opened(string path, ImageError expected)
    {
        var kernel = KernelPackage.Open(_tree);
        File.Delete(_directory[path]);
        Assert.Equal(0, MakeFifo(_directory[path], 0x180));

        var error = await Assert.ThrowsAsync<ImageException>(
            () => Task.Run(() => Store().PrepareAsync(_init, kernel, TestContext.Current.CancellationToken)));

        Assert.Equal(expected, error.Error);
        Assert.Contains(_directory[path], error.Message);
    }

    [Fact]
    public async Task A_file_without_end_is_not_read_to_its_end()
    {
        // Its length is said to be none.
        var error = await Assert.ThrowsAsync<ImageException>(
            () => Store().PrepareAsync("/proc/cpuinfo", KernelPackage.Open(_tree), TestContext.Current.CancellationToken));
        Assert.Equal(ImageError.SourceChanged, error.Error);
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);

    private Task<BootFiles> Prepare() => Store().PrepareAsync(_init, KernelPackage.Open(_tree), TestContext.Current.CancellationToken);

    private BootFileStore Store() => new(new ImageStoreOptions { Directory = _directory["store"] }, new HistoricalScheduler());
}
