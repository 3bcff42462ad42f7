using System.Buffers;
using System.IO.Pipelines;

namespace Rx.Vm.Guest;

/// <summary>Output of which nothing is lost: a full pipe makes the channel wait.</summary>
internal sealed class WaitingOutput(Pipe pipe, ReleaseBudget budget) : StreamOutput(pipe)
{
    private ValueTask<FlushResult> _flush;

    /// <inheritdoc/>
    public override bool Offer(ReadOnlySpan<byte> data)
    {
        if (IsGone)
        {
            return false;
        }

        if (budget.IsOpen && !budget.TryTake(data.Length))
        {
            CountDropped(data.Length);
            return false;
        }

        Pipe.Writer.Write(data);
        _flush = Pipe.Writer.FlushAsync();
        if (!_flush.IsCompleted && budget.IsOpen)
        {
            Pipe.Writer.CancelPendingFlush();
        }

        return true;
    }

    /// <inheritdoc/>
    public override async ValueTask FlushAsync()
    {
        var result = await _flush.ConfigureAwait(false);
        IsGone |= result.IsCompleted;
    }

    /// <inheritdoc/>
    public override void Complete() => Pipe.Writer.Complete();

    /// <inheritdoc/>
    public override void Release() => Pipe.Writer.CancelPendingFlush();
}
