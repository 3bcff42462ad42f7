using Rx.Vm.Images;

namespace Rx.Vm.Tests.Images;

/// <summary>The locks that separate builders: handed on, in turn, and never left behind.</summary>
[Slow]
public sealed class StoreLockTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private readonly StoreFixture _fixture = new();
    private readonly StoreLayout _layout;

    public StoreLockTests() => _layout = StoreLayout.Open(_fixture.Options.Directory);

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task A_lock_is_handed_on()
    {
        var first = await Take("a1");
        using (await Take("b1"))
        {
            await IsBusy("a2");
        }

        first.Dispose();
        (await Take("a3")).Dispose();
    }

    [Fact]
    public async Task Whoever_waits_is_next_however_soon_others_come_when_it_is_given_back()
    {
        var held = await Take("a");
        for (var round = 0; round < 5; round++)
        {
            var waiting = Take("a", Long);
            held.Dispose();
            await IsBusy("a");
            held = await Turn(waiting);
        }

        held.Dispose();
    }

    [Fact]
    public async Task Of_several_who_wait_all_have_their_turn_beside_one_who_comes_again_and_again()
    {
        var held = await Take("a");
        var waiting = Enumerable.Range(0, 4).Select(_ => Take("a", Long)).ToList();
        while (waiting.Count > 0)
        {
            // One of them has the turn before the lock is free.
            _fixture.Clock.AdvanceBy(TimeSpan.FromMilliseconds(20));
            held.Dispose();
            await IsBusy("a");
            var next = await Task.WhenAny(waiting.Select(Turn)).Unwrap();
            waiting.RemoveAll(w => w.IsCompleted);
            held = next;
        }

        held.Dispose();
    }

    [Fact]
    public async Task Who_gives_up_waiting_gives_the_turn_back()
    {
        var held = await Take("a");
        using var cancel = new CancellationTokenSource();
        var cancelled = Take("a", Long, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        var late = Take("a", TimeSpan.FromMilliseconds(30));
        _fixture.Clock.AdvanceBy(TimeSpan.FromMilliseconds(20));
        _fixture.Clock.AdvanceBy(TimeSpan.FromMilliseconds(20));
        Assert.Equal(ImageError.TimedOut, (await Assert.ThrowsAsync<ImageException>(() => late)).Error);

        held.Dispose();
        (await Take("a")).Dispose();
    }

    [Fact]
    public async Task A_lock_is_given_back_though_its_leftovers_can_not_be_swept()
    {
        var held = await Take("b");
        Directory.Delete(_layout.Temporary, recursive: true);

        held.Dispose();

        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => Take("b"));
        Directory.CreateDirectory(_layout.Temporary);
        (await Take("b")).Dispose();
    }

    private Task<StoreLock> Take(string key, TimeSpan limit = default, CancellationToken? ct = null) =>
        StoreLock.TakeAsync(_layout, key, "x", limit, _fixture.Clock, ct ?? StoreFixture.Token);

    private async Task IsBusy(string key) =>
        Assert.Equal(ImageError.TimedOut, (await Assert.ThrowsAsync<ImageException>(() => Take(key))).Error);

    // One look at the lock is all it needs.
    private async Task<StoreLock> Turn(Task<StoreLock> waiting)
    {
        _fixture.Clock.AdvanceBy(TimeSpan.FromMilliseconds(20));
        return await waiting;
    }
}
