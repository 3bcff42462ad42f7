using Rx.Vm.Images;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Qemu;
using Rx.Vm.Reactive;
using Rx.Vm.Tests.Images;
using Rx.Vm.Tests.Testing;
using static Rx.Vm.Tests.Testing.SimulatedWorld;

namespace Rx.Vm.Tests.Pods;

/// <summary>A spec reads no file of the host unless the host says so, by whichever way it comes.</summary>
public class PodImagesTests : IDisposable
{
    private readonly StoreFixture _store = new();
    private readonly OneThreadScheduler _scheduler = new();

    public static TheoryData<string> Paths => ["/", "/etc", "/root/key.tar", "./x", ".", "..", "a/b", "docker.io/library/alpine:3", "../../etc"];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_path_is_refused_by_name_before_anything_is_read(string path)
    {
        var driver = new WatchedDriver(_scheduler, MachineNeeds.Images);
        await using var host = await OpenAsync(driver, ImageSourcePolicy.NamesOnly);
        var before = Store();
        foreach (var spec in new[] { ByCode(path), PodSpec.Parse(Json(path)) })
        {
            var vm = host.Create();
            var e = await Assert.ThrowsAsync<PodSpecException>(() => vm.RunPodAsync(spec, TestContext.Current.CancellationToken));

            Assert.Equal("containers[1].image", e.Field);
            Assert.Contains("'" + path + "' is read as a path on the host", e.Message, StringComparison.Ordinal);
            Assert.Contains("container side", e.Message, StringComparison.Ordinal);
            Assert.Equal(VmPhase.Preparing, vm.State.Phase);
        }

        var store = await Assert.ThrowsAsync<ImageException>(() => host.Images.ResolveAsync(path, TestContext.Current.CancellationToken));
        Assert.Equal(ImageError.PathRefused, store.Error);
        Assert.Equal(before, Store());
        Assert.Empty(driver.Started);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_host_without_images_judges_alike(string path)
    {
        await using var host = await OpenAsync(new WatchedDriver(_scheduler), ImageSourcePolicy.NamesOnly);

        var e = await Assert.ThrowsAsync<PodSpecException>(() => host.Create().RunPodAsync(ByCode(path), TestContext.Current.CancellationToken));

        Assert.Equal("containers[1].image", e.Field);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("nginx:latest")]
    [InlineData("-rf")]
    public async Task What_is_no_reference_is_refused_by_name(string image)
    {
        await using var host = await OpenAsync(new WatchedDriver(_scheduler), ImageSourcePolicy.HostPaths);

        var e = await Assert.ThrowsAsync<PodSpecException>(() => host.Create().RunPodAsync(ByCode(image), TestContext.Current.CancellationToken));

        Assert.Equal("containers[1].image", e.Field);
        Assert.Contains($"'{image}'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_says_so_takes_paths()
    {
        // Images are built on other threads, and what they lead to would come at any moment of a virtual time: real time.
        var driver = new WatchedDriver(VmSchedulers.Real.Time, MachineNeeds.Images, inline: false);
        await using var host = await VmHost.OpenAsync(
            new VmHostOptions { Driver = driver, Images = _store.Options with { Sources = ImageSourcePolicy.HostPaths } },
            TestContext.Current.CancellationToken);
        await host.Images.ImportAsync("side", _store.Tree(), TestContext.Current.CancellationToken);
        var spec = new PodSpec
        {
            Containers = [new() { Image = "side", Command = ["true"] }, new() { Image = _store.Tree(), Command = ["true"] }],
        };

        var pod = await host.Create().RunPodAsync(spec, TestContext.Current.CancellationToken);

        Assert.Single(driver.Started);
        Assert.Equal([0, 0], (await pod.Completion).ExitCodes);
    }

    [Fact]
    public void By_default_specs_name_imported_images_only()
    {
        Assert.Equal(ImageSourcePolicy.NamesOnly, new VmHostOptions().Images.Sources);
        Assert.Equal(ImageSourcePolicy.NamesOnly, default);
    }

    public void Dispose() => _store.Dispose();

    private static PodSpec ByCode(string path) => new()
    {
        Containers = [new() { Image = "main", Command = ["true"] }, new() { Name = "side", Image = path, Command = ["true"] }],
    };

    private static string Json(string path) =>
        $$"""{"containers":[{"image":"main","command":["true"]},{"name":"side","image":"{{path}}","command":["true"]}]}""";

    private string[] Store() => Directory.Exists(_store.Files["store"])
        ? [.. Directory.EnumerateFileSystemEntries(_store.Files["store"], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
        : [];

    private ValueTask<VmHost> OpenAsync(WatchedDriver driver, ImageSourcePolicy sources) => VmHost.OpenAsync(new VmHostOptions
    {
        Driver = driver, Schedulers = VmSchedulers.Single(_scheduler), InlineContinuations = true, Images = _store.Options with { Sources = sources },
    });
}
