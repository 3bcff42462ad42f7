using Rx.Vm.Images;
using Rx.Vm.Images.Boot;

namespace Rx.Vm.Tests.Images.Boot;

public sealed class KernelPackageTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Version_and_image_are_found()
    {
        var package = KernelPackage.Open(FakeKernel.Package(_directory, "virtio:"));
        Assert.Equal(FakeKernel.Version, package.Version);
        Assert.Equal(_directory[$"k/boot/vmlinuz-{FakeKernel.Version}"], package.ImagePath);
    }

    [Fact]
    public void Every_module_comes_after_what_it_needs_and_once()
    {
        var package = KernelPackage.Open(FakeKernel.Package(_directory,
            "virtio_pci: virtio_ring,virtio,virtio-pci-modern-dev", "virtio: virtio_ring", "virtio_ring:", "virtio-pci-modern-dev:",
            "virtio_blk: virtio,virtio_ring", "unrelated: virtio"));
        Assert.Equal(
            ["virtio_ring", "virtio", "virtio-pci-modern-dev", "virtio_pci", "virtio_blk"],
            Names(package.ResolveModules(["virtio_pci", "virtio_blk", "virtio-pci", "built_in"])));
    }

    [Fact]
    public void A_cycle_ends() => Assert.Equal(
        ["b", "a"], Names(KernelPackage.Open(FakeKernel.Package(_directory, "a: b", "b: a")).ResolveModules(["a"])));

    [Fact]
    public void A_missing_dependency_names_both()
    {
        var error = Refused(() => KernelPackage.Open(FakeKernel.Package(_directory, "a: lost")).ResolveModules(["a"]), ImageError.BadKernel);
        Assert.Contains("'a'", error.Message);
        Assert.Contains("'lost'", error.Message);
    }

    [Fact]
    public void A_compressed_module_is_named_only_when_it_is_needed()
    {
        var tree = FakeKernel.Package(_directory, "a:");
        _directory.Write($"k/lib/modules/{FakeKernel.Version}/kernel/b.ko.xz", [1]);
        var package = KernelPackage.Open(tree);
        Assert.Equal(["a"], Names(package.ResolveModules(["a"])));
        Assert.Contains("b.ko.xz", Refused(() => package.ResolveModules(["b"]), ImageError.BadKernel).Message);
    }

    [Fact]
    public void A_damaged_module_is_named()
    {
        var tree = FakeKernel.Package(_directory, "a:");
        var path = _directory.Write($"k/lib/modules/{FakeKernel.Version}/kernel/b.ko", "not a module");
        Assert.Contains(path, Refused(() => KernelPackage.Open(tree).ResolveModules(["b"]), ImageError.BadKernel).Message);
    }

    [Fact]
    public void Modules_below_usr_are_found_too()
    {
        var tree = FakeKernel.Package(_directory, "a:");
        Directory.CreateDirectory(_directory["k/usr"]);
        Directory.Move(_directory["k/lib"], _directory["k/usr/lib"]);
        Assert.Equal(["a"], Names(KernelPackage.Open(tree).ResolveModules(["a"])));
    }

    [Fact]
    public void A_tree_without_exactly_one_kernel_or_without_modules_is_refused()
    {
        Refused(() => KernelPackage.Open(_directory["nothing"]), ImageError.NotFound);
        var tree = FakeKernel.Package(_directory, "a:");
        _directory.Write("k/boot/vmlinuz-other", [1]);
        Refused(() => KernelPackage.Open(tree), ImageError.NotFound);
        File.Delete(_directory["k/boot/vmlinuz-other"]);
        File.Delete(_directory[$"k/lib/modules/{FakeKernel.Version}/kernel/a.ko"]);
        Refused(() => KernelPackage.Open(tree), ImageError.BadKernel);
        Directory.Delete(_directory["k/lib"], recursive: true);
        Refused(() => KernelPackage.Open(tree), ImageError.NotFound);
    }

    [Fact]
    public void Whether_signatures_are_enforced_is_read_from_the_configuration()
    {
        var tree = FakeKernel.Package(_directory, "a:");
        Assert.False(KernelPackage.Open(tree).EnforcesSignatures);
        _directory.Write($"k/boot/config-{FakeKernel.Version}", "CONFIG_MODULE_SIG_FORCE=y\n");
        Assert.True(KernelPackage.Open(tree).EnforcesSignatures);
        File.Delete(_directory[$"k/boot/config-{FakeKernel.Version}"]);
        Assert.True(KernelPackage.Open(tree).EnforcesSignatures);
    }

    private static IEnumerable<string> Names(IEnumerable<string> files) => files.Select(f => Path.GetFileNameWithoutExtension(f));

    private static ImageException Refused(Action action, ImageError expected)
    {
        var error = Assert.Throws<ImageException>(action);
        Assert.Equal(expected, error.Error);
        return error;
    }
}
