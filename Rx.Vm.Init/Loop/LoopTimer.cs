namespace Rx.Vm.Init.Loop;

/// <summary>A call that is due once.</summary>
/// <param name="due">When, on the monotonic clock, in milliseconds.</param>
/// <param name="fire">What is called.</param>
internal sealed class LoopTimer(long due, Action fire)
{
    /// <summary>When, on the monotonic clock, in milliseconds.</summary>
    public long Due { get; } = due;

    /// <summary>What is called.</summary>
    public Action Fire { get; } = fire;

    /// <summary>Whether it has fired or never will.</summary>
    public bool Cancelled { get; private set; }

    /// <summary>It will not fire any more.</summary>
    public void Cancel() => Cancelled = true;
}
