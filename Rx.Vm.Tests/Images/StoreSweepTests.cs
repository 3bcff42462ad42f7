using System.Reactive.Concurrency;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Images;
using Rx.Vm.Native;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Rx.Vm.Tests.Images;

/// <summary>What is removed from a store and what stays, whoever else is at work in it.</summary>
[Slow]
public sealed partial class StoreSweepTests : IDisposable
{
    private readonly StoreFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task The_last_name_takes_the_image_with_it_and_the_records_that_lead_to_it()
    {
        var store = _fixture.Open();
        var image = await store.ImportAsync("first", _fixture.Tar(), StoreFixture.Token);
        await store.ImportAsync("second", _fixture.Tar(), StoreFixture.Token);
        Assert.Equal(new FreedSpace(0, 0, 0, 0, 0), await store.RemoveAsync("first", StoreFixture.Token));
        Assert.Equal("second", Assert.Single(store.List()).Name);
        var length = new FileInfo(image.Path).Length;
        var freed = await _fixture.Open().RemoveAsync("second", StoreFixture.Token);
        Assert.Equal((1, 1, 0), (freed.Images, freed.Records, freed.InUse));
        Assert.InRange(freed.Bytes, length, length + 4096);
        Assert.Empty(Files());
        Assert.Equal(image, await store.ResolveAsync(_fixture.Tar(), StoreFixture.Token));
    }

    [Fact]
    public async Task A_name_that_begins_like_another_is_another()
    {
        var store = _fixture.Open();
        var source = _fixture.Tar();
        string[] names = ["web", "web.", "web-2", "web2", "we"];
        foreach (var name in names)
        {
            await store.ImportAsync(name, source, StoreFixture.Token);
        }

        await store.RemoveAsync("web", StoreFixture.Token);

        Assert.Equal(names.Skip(1).Order(StringComparer.Ordinal), store.List().Select(image => image.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            ImageError.NotFound,
            (await Assert.ThrowsAsync<ImageException>(() => store.ResolveAsync("web", StoreFixture.Token))).Error);
        Assert.NotNull(await store.ResolveAsync("web2", StoreFixture.Token));
    }

    [Theory]
    [InlineData("nobody", ImageError.NotFound)]
    [InlineData("../names/x", ImageError.InvalidName)]
    [InlineData("", ImageError.InvalidName)]
    public async Task A_name_nobody_has_is_refused(string name, ImageError expected)
    {
        var error = await Assert.ThrowsAsync<ImageException>(() => _fixture.Open().RemoveAsync(name, StoreFixture.Token));
        Assert.Equal(expected, error.Error);
    }

    [Fact]
    public async Task An_image_somebody_is_about_to_open_stays_and_goes_when_it_is_given_back()
    {
        var store = _fixture.Open();
        await store.ImportAsync("web", _fixture.Tar(), StoreFixture.Token);
        using (var lease = await store.LeaseAsync("web", StoreFixture.Token))
        {
            Assert.Equal(new FreedSpace(0, 0, 0, 0, 1), await _fixture.Open().RemoveAsync("web", StoreFixture.Token));
            Assert.Equal((0, 1), Counts(await _fixture.Open().PruneAsync(all: true, StoreFixture.Token)));
            Assert.True(File.Exists(lease.Root.Path));
            lease.Dispose();
        }

        Assert.Equal((1, 0), Counts(await _fixture.Open().PruneAsync(all: true, StoreFixture.Token)));
        Assert.Empty(Files());
    }

    [Fact]
    public async Task An_image_a_machine_of_another_process_has_opened_stays()
    {
        var store = _fixture.Open();
        var image = await store.ImportAsync("web", _fixture.Tar(), StoreFixture.Token);

        // As QEMU locks a read-only disk: a range of the file, shared.
        using (var disk = File.OpenHandle(image.Path))
        {
            var range = new Range { Start = 100, Length = 1 };
            Assert.Equal(0, SetRangeLock(disk, 37, ref range));
            Assert.Equal((0, 1), Counts(await store.RemoveAsync("web", StoreFixture.Token)));
        }

        Assert.Equal((1, 0), Counts(await store.PruneAsync(all: true, StoreFixture.Token)));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_remover_that_was_stopped_half_way_keeps_nobody_for_longer_than_a_lock_may(bool imports)
    {
        var ct = TestContext.Current.CancellationToken;
        var image = await _fixture.Open().ImportAsync("web", _fixture.Tar(), ct);
        var clock = new TaskPoolScheduler(Task.Factory);
        var store = new ImageStore(_fixture.Options with { LockTimeout = TimeSpan.FromMilliseconds(300) }, clock);
        using var remover = PosixFiles.OpenForLock(image.Path);
        Assert.True(PosixFiles.TryLock(remover, image.Path));

        var error = await Assert.ThrowsAsync<ImageException>(() => imports
            ? store.ImportAsync("again", _fixture.Tar(), ct)
            : store.LeaseAsync("web", ct));

        Assert.Equal(ImageError.TimedOut, error.Error);
        PosixFiles.Unlock(remover);
        using var lease = await store.LeaseAsync("web", ct);
        Assert.Equal(image.Path, lease.Root.Path);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_name_that_gets_another_image_while_its_removal_waits_frees_that_one()
    {
        var store = _fixture.Open();
        await store.ImportAsync("keep", _fixture.Tar(), StoreFixture.Token);
        await store.ImportAsync("web", _fixture.Tar(), StoreFixture.Token);
        _fixture.Files.Write("other/etc/motd", "another");
        await store.ImportAsync("other", _fixture.Files["other"], StoreFixture.Token);
        var layout = StoreLayout.Open(_fixture.Options.Directory);
        var held = await StoreLock.TakeAsync(layout, Digests.OfText("web"), "x", TimeSpan.Zero, _fixture.Clock, StoreFixture.Token);
        var removing = store.RemoveAsync("web", TestContext.Current.CancellationToken);
        File.Move(layout.NamePath("other"), layout.NamePath("web"), overwrite: true);

        held.Dispose();
        while (!removing.IsCompleted)
        {
            _fixture.Clock.AdvanceBy(TimeSpan.FromMilliseconds(20));
            await Task.Yield();
        }

        Assert.Equal(1, (await removing).Images);
        Assert.Equal("keep", Assert.Single(store.List()).Name);
    }

    [Fact]
    public async Task A_source_that_can_not_be_looked_at_hinders_no_prune_and_is_not_known_to_be_gone()
    {
        var store = _fixture.Open();
        _fixture.Files.Write("away/tree/etc/motd", "on a disk that is away");
        await store.ResolveAsync(_fixture.Files["away/tree"], StoreFixture.Token);
        Directory.Move(_fixture.Files["away"], _fixture.Files["moved"]);
        Directory.CreateSymbolicLink(_fixture.Files["away"], "away");

        Assert.Equal(0, (await store.PruneAsync(all: false, StoreFixture.Token)).Records);
        Assert.Equal(1, (await store.PruneAsync(all: true, StoreFixture.Token)).Records);
    }

    [Fact]
    public async Task A_prune_keeps_names_and_what_a_source_still_leads_to()
    {
        var store = _fixture.Open();
        await store.ImportAsync("named", _fixture.Tar(), StoreFixture.Token);
        _fixture.Files.Write("tree/etc/motd", "not in the archive");
        var kept = await store.ResolveAsync(_fixture.Tree(), StoreFixture.Token);
        var gone = _fixture.TarOf(("bin", System.Formats.Tar.TarEntryType.Directory, ""), ("gone", System.Formats.Tar.TarEntryType.RegularFile, ""));
        await store.ResolveAsync(gone, StoreFixture.Token);
        File.Delete(gone);
        Assert.Equal((1, 0), Counts(await store.PruneAsync(ct: StoreFixture.Token)));
        Assert.Equal(kept, await _fixture.OpenWithoutTools().ResolveAsync(_fixture.Tree(), StoreFixture.Token));
        Assert.Equal((1, 0), Counts(await store.PruneAsync(all: true, StoreFixture.Token)));
        Assert.Equal("named", Assert.Single(store.List()).Name);
        Assert.NotNull(await _fixture.OpenWithoutTools().ResolveAsync("named", StoreFixture.Token));
    }

    [Fact]
    public async Task A_prune_removes_what_builders_left_but_not_what_they_are_making()
    {
        var store = _fixture.Open();
        var left = _fixture.Files.Write("store/tmp/a-left", "half an image");
        var busy = _fixture.Files.Write("store/tmp/b-busy", "half an image");
        _fixture.Files.Write("store/sources/0.json", "[");
        _fixture.Files.Write($"store/blobs/{new string('0', 64)}.squashfs.seal", "{}");
        _fixture.Files.Write("store/blobs/not-ours", "x");
        var layout = StoreLayout.Open(_fixture.Options.Directory);
        using (await StoreLock.TakeAsync(layout, "b", "x", TimeSpan.Zero, _fixture.Clock, StoreFixture.Token))
        {
            // Taking a lock sweeps its own: this one is made by its holder.
            File.WriteAllText(busy, "half an image");
            var freed = await store.PruneAsync(ct: StoreFixture.Token);
            Assert.Equal(new FreedSpace(0, 1, 1, 13 + 1 + 2, 0), freed);
            Assert.False(File.Exists(left));
            Assert.True(File.Exists(busy));
        }

        Assert.Equal("not-ours", Assert.Single(Files()));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_image_is_safe_from_a_prune_from_the_moment_it_can_be_seen()
    {
        var prunes = 0;
        using var log = new LoggerConfiguration().WriteTo.Sink(new Told("Built", () =>
        {
            prunes++;
            Assert.True(_fixture.Open().PruneAsync(all: true).IsCompletedSuccessfully);
        })).CreateLogger();
        var store = new ImageStore(_fixture.Options, _fixture.Clock, log);

        using var lease = await store.LeaseAsync(_fixture.Tree(), TestContext.Current.CancellationToken);

        Assert.Equal(1, prunes);
        Assert.Equal(lease.Root.Digest, Digests.OfFile(lease.Root.Path, StoreFixture.Token));
    }

    [Fact(Timeout = 120_000)]
    public async Task Whoever_has_a_lease_has_the_file_however_often_others_prune()
    {
        using var clock = new System.Reactive.Concurrency.EventLoopScheduler();
        var (tree, token) = (_fixture.Tree(), TestContext.Current.CancellationToken);
        var ended = 0;
        var pruners = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (Volatile.Read(ref ended) < 3)
            {
                await new ImageStore(_fixture.Options, clock).PruneAsync(all: true, token);
            }
        }, token)).ToList();
        var users = Enumerable.Range(0, 3).Select(user => Task.Run(async () =>
        {
            try
            {
                var store = new ImageStore(_fixture.Options, clock);
                for (var i = 0; i < 3; i++)
                {
                    using var lease = await store.LeaseAsync(tree, token);
                    Assert.Equal(lease.Root.Digest, Digests.OfFile(lease.Root.Path, token));
                    await store.ImportAsync($"name-{user}", tree, token);
                    Assert.True(File.Exists((await store.ResolveAsync($"name-{user}", token)).Path));
                    await store.RemoveAsync($"name-{user}", token);
                    Assert.True(File.Exists(lease.Root.Path));
                }
            }
            finally
            {
                Interlocked.Increment(ref ended);
            }
        }, token)).ToList();
        await Task.WhenAll(users);
        await Task.WhenAll(pruners);
    }

    /// <summary>Does something while a message is told.</summary>
    private sealed class Told(string beginning, Action then) : ILogEventSink
    {
        public void Emit(LogEvent logEvent)
        {
            if (logEvent.MessageTemplate.Text.StartsWith(beginning, StringComparison.Ordinal))
            {
                then();
            }
        }
    }

    private static (int Images, int InUse) Counts(FreedSpace freed) => (freed.Images, freed.InUse);

    private IEnumerable<string?> Files() => new[] { "blobs", "sources", "names" }
        .SelectMany(folder => Directory.EnumerateFiles(_fixture.Files[$"store/{folder}"])).Select(Path.GetFileName);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int SetRangeLock(SafeFileHandle handle, int command, ref Range range);

    [StructLayout(LayoutKind.Sequential)]
    private struct Range
    {
        public short Type;
        public short From;
        public long Start;
        public long Length;
        public int Process;
    }
}
