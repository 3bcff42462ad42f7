using System.IO.Pipelines;

namespace Rx.Vm.Guest;

/// <summary>
/// The host's end of one output stream: a bounded pipe and what happens when it is full. Everything but <see cref="Abandon"/> and
/// <see cref="Dropped"/> belongs to the channel's reader.
/// </summary>
internal abstract class StreamOutput(Pipe pipe)
{
    private long _dropped;
    private volatile bool _isGone;

    /// <summary>Where the consumer reads.</summary>
    public PipeReader Reader => Pipe.Reader;

    /// <summary>Bytes that no consumer will see although one was there to see them.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    protected Pipe Pipe { get; } = pipe;

    /// <summary>Nobody reads any more: output is swallowed, and not counted as dropped.</summary>
    protected bool IsGone
    {
        get => _isGone;
        set => _isGone = value;
    }

    /// <summary>A pipe with these thresholds. With <paramref name="isInline"/> both ends continue on the thread that woke them.</summary>
    public static Pipe NewPipe(int pauseAt, int resumeAt, bool isInline)
    {
        var scheduler = isInline ? PipeScheduler.Inline : PipeScheduler.ThreadPool;
        return new(new PipeOptions(
            readerScheduler: scheduler,
            writerScheduler: scheduler,
            pauseWriterThreshold: pauseAt,
            resumeWriterThreshold: resumeAt,
            useSynchronizationContext: false));
    }

    /// <summary>Takes output. True: the channel must await <see cref="FlushAsync"/> before it goes on.</summary>
    public abstract bool Offer(ReadOnlySpan<byte> data);

    /// <summary>Completes when the consumer has made room.</summary>
    public abstract ValueTask FlushAsync();

    /// <summary>No output follows: the reader completes behind the last byte, without an error.</summary>
    public abstract void Complete();

    /// <summary>Stops making the channel wait.</summary>
    public abstract void Release();

    /// <summary>The consumer has lost interest. Any thread, any time.</summary>
    public void Abandon()
    {
        IsGone = true;
        Pipe.Writer.CancelPendingFlush();
    }

    protected void CountDropped(long bytes) => Interlocked.Add(ref _dropped, bytes);
}
