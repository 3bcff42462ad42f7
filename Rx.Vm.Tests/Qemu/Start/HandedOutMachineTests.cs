using Rx.Vm.Qemu;

namespace Rx.Vm.Tests.Qemu.Start;

/// <summary>What is asked of a driver's machine, whatever the driver does.</summary>
public class HandedOutMachineTests
{
    [Fact(Timeout = 60_000)]
    public async Task A_late_answer_is_no_answer_this_time_and_the_next_one_is_asked_for()
    {
        using var busy = new ManualResetEventSlim();
        var machine = new SlowMachine(busy.Wait);
        var handed = HandedOutMachine.Take(machine, "vm", inline: false);

        Assert.Null(handed.ProcessorTime);
        Assert.Null(handed.ProcessorTime);
        Assert.Equal(1, machine.Asked);

        busy.Set();
        await machine.Answered.WaitAsync(TestContext.Current.CancellationToken);
        TimeSpan? told;
        do
        {
            told = handed.ProcessorTime;
            await Task.Yield();
        }
        while (told is null);
        Assert.Equal(TimeSpan.FromSeconds(2), told);
    }

    private sealed class SlowMachine(Action before) : IMachine
    {
        private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _asked;

        public int Asked => _asked;

        public Task Answered => _answered.Task;

        public string Description => "slow";

        public ProcessIdentity? Identity => null;

        public MachineRecord? Record => null;

        public Confinement? Confinement => null;

        public TimeSpan? ProcessorTime
        {
            get
            {
                var number = Interlocked.Increment(ref _asked);
                before();
                _answered.TrySetResult();
                return TimeSpan.FromSeconds(Math.Min(number, 2));
            }
        }

        public Stream Qmp => Stream.Null;

        public Stream Control => Stream.Null;

        public Stream Tty => Stream.Null;

        public Stream Console => Stream.Null;

        public Task<MachineExit> Exited { get; } = new TaskCompletionSource<MachineExit>().Task;

        public void Kill()
        {
        }

        public ValueTask DetachAsync() => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
