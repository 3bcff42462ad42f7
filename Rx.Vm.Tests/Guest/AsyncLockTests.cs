using Rx.Vm.Guest;

namespace Rx.Vm.Tests.Guest;

public class AsyncLockTests
{
    [Fact]
    public void The_gate_is_passed_on_in_order_and_inline()
    {
        var gate = new AsyncLock(isHeld: true, isInline: true);
        var order = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            _ = PassAsync(gate, i, order, CancellationToken.None);
        }

        Assert.Empty(order);
        gate.Exit();
        Assert.Equal([0, 1, 2, 3, 4], order);
        Assert.True(gate.EnterAsync(CancellationToken.None).IsCompletedSuccessfully);
    }

    [Fact]
    public void Who_is_cancelled_leaves_the_line_and_never_gets_the_gate()
    {
        var gate = new AsyncLock(isHeld: true, isInline: true);
        using var cancel = new CancellationTokenSource();
        var order = new List<int>();
        var first = PassAsync(gate, 1, order, cancel.Token);
        var second = PassAsync(gate, 2, order, CancellationToken.None);
        cancel.Cancel();
        Assert.True(first.IsCanceled);
        gate.Exit();
        Assert.True(second.IsCompletedSuccessfully);
        Assert.Equal([2], order);
        Assert.True(gate.EnterAsync(cancel.Token).IsCanceled);
        Assert.True(gate.EnterAsync(CancellationToken.None).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task The_gate_skips_who_was_cancelled_and_has_not_left_the_line_yet()
    {
        // On the pool the cancelled one leaves later than Cancel returns, so Exit often meets it in the line.
        for (var i = 0; i < 200; i++)
        {
            var gate = new AsyncLock(isHeld: true, isInline: false);
            using var cancel = new CancellationTokenSource();
            var first = gate.EnterAsync(cancel.Token).AsTask();
            var second = gate.EnterAsync(CancellationToken.None).AsTask();
            cancel.Cancel();
            gate.Exit();
            Assert.True(second.IsCompletedSuccessfully);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        }
    }

    [Fact]
    public async Task Many_threads_never_hold_it_together()
    {
        var gate = new AsyncLock(isHeld: false, isInline: false);
        var inside = 0;
        var worst = 0;
        var passes = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await Task.Yield();
            for (var i = 0; i < 2000; i++)
            {
                await gate.EnterAsync(TestContext.Current.CancellationToken);
                worst = Math.Max(worst, Interlocked.Increment(ref inside));
                passes++;
                Interlocked.Decrement(ref inside);
                gate.Exit();
            }
        }));
        Assert.Equal(1, worst);
        Assert.Equal(16_000, passes);
    }

    private static async Task PassAsync(AsyncLock gate, int name, List<int> order, CancellationToken ct)
    {
        await gate.EnterAsync(ct).ConfigureAwait(false);
        order.Add(name);
        gate.Exit();
    }
}
