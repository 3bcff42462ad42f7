using Rx.Vm.Guest;

namespace Rx.Vm.Tests.Guest;

public class OneShotTests
{
    [Fact]
    public void Inline_everybody_continues_on_the_thread_that_sets_the_result_in_the_order_of_asking()
    {
        SynchronizationContext.SetSynchronizationContext(null);
        var shot = new OneShot<int>(isInline: true);
        var heard = new List<(int Who, int Result, int Thread)>();
        for (var who = 0; who < 5; who++)
        {
            Listen(shot.Task, who);
        }

        Assert.True(shot.TrySetResult(7));
        Assert.False(shot.TrySetResult(8));
        Listen(shot.Task, 5);

        Assert.Equal(Enumerable.Range(0, 6).Select(who => (who, 7, Environment.CurrentManagedThreadId)), heard);

        async void Listen(Task<int> task, int who)
        {
            var result = await task.ConfigureAwait(false);
            heard.Add((who, result, Environment.CurrentManagedThreadId));
        }
    }

    [Fact]
    public async Task Otherwise_nobody_continues_inside_the_call()
    {
        var shot = new OneShot<int>(isInline: false);
        var thread = Environment.CurrentManagedThreadId;
        var inside = false;
        var heard = Listen();

        inside = true;
        shot.TrySetResult(7);
        inside = false;

        Assert.False(await heard);

        async Task<bool> Listen()
        {
            await shot.Task.ConfigureAwait(false);
            return Environment.CurrentManagedThreadId == thread && inside;
        }
    }
}
