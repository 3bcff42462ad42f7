namespace Rx.Vm.Testing;

/// <summary>How a marble test runs. Each run has its own; nothing is global.</summary>
public sealed record MarbleOptions
{
    /// <summary>The defaults.</summary>
    public static MarbleOptions Default { get; } = new();

    /// <summary>
    /// The length of one frame, 1 ms by default. Expectations compare by whole frames, because each hop over a virtual-time scheduler
    /// takes one tick (100 ns).
    /// </summary>
    public TimeSpan Frame
    {
        get;
        init => field = value > TimeSpan.Zero ? value : throw new MarbleException("a frame is longer than no time");
    } = Marbles.DefaultFrame;

    /// <summary>How many pieces of scheduled work may run, 100,000 by default. A stream that never ends reaches it.</summary>
    public int MaxWork
    {
        get;
        init => field = value > 0 ? value : throw new MarbleException("a run needs some work");
    } = 100_000;

    /// <summary>How far virtual time may go, one hour by default.</summary>
    public TimeSpan MaxTime
    {
        get;
        init => field = value > TimeSpan.Zero ? value : throw new MarbleException("a run needs some time");
    } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long, in real time, an asynchronous body may wait for another thread when virtual time has nothing left to do; 5 s by
    /// default. Then the run fails instead of hanging.
    /// </summary>
    public TimeSpan Patience
    {
        get;
        init => field = value > TimeSpan.Zero ? value : throw new MarbleException("patience is longer than no time");
    } = TimeSpan.FromSeconds(5);
}
