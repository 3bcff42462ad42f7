using System.Collections.Immutable;
using Rx.Vm.Cli.Streams;
using Rx.Vm.Guest;

namespace Rx.Vm.Cli.Running;

/// <summary>The containers' streams on this program's own: output to output, error to error, byte for byte, in order.</summary>
/// <param name="watch">Tells when there is input.</param>
/// <param name="onFault">Called with descriptor and error number when an output can't be written; from then on output is dropped.</param>
internal sealed class StandardStreams(DescriptorWatch watch, Action<int, int> onFault)
{
    private const int InputChunk = 64 * 1024;

    private readonly DescriptorOutput _output = StandardText.Output.Output;
    private readonly DescriptorOutput _error = StandardText.Error.Output;
    private readonly SemaphoreSlim _outputTurn = new(1);
    private readonly SemaphoreSlim _errorTurn = new(1);
    private volatile bool _isFaulty;
    private long _missed;

    /// <summary>Bytes of output that were dropped because they were not taken in time.</summary>
    public long Missed => Volatile.Read(ref _missed);

    /// <summary>Copies every stream to its end.</summary>
    public Task CopyOutputAsync(ImmutableArray<Container> containers) => Task.WhenAll(containers.SelectMany(c => new[]
    {
        CopyAsync(c.Streams.Output, _output, _outputTurn),
        CopyAsync(c.Streams.Error, _error, _errorTurn),
    }));

    /// <summary>
    /// Forwards standard input to the first container and ends that of the others; without <paramref name="interactive"/> ends all of them.
    /// Ends with the input, the process that reads it, or the watch.
    /// </summary>
    /// <exception cref="IOException">Standard input can't be read; the container's has ended.</exception>
    public async Task FeedAsync(ImmutableArray<Container> containers, bool interactive)
    {
        foreach (var container in containers.Skip(interactive ? 1 : 0))
        {
            await container.Streams.CloseInputAsync().ConfigureAwait(false);
        }

        if (!interactive)
        {
            return;
        }

        try
        {
            await ForwardAsync(containers[0].Streams).ConfigureAwait(false);
        }
        finally
        {
            await containers[0].Streams.CloseInputAsync().ConfigureAwait(false);
        }
    }

    private async Task ForwardAsync(ProcessStreams process)
    {
        var buffer = new byte[InputChunk];
        while (await watch.InputAsync().ConfigureAwait(false))
        {
            if (StandardInput.Read(buffer) is { } count
                && (count == 0 || !await process.WriteInputAsync(buffer.AsMemory(0, count)).ConfigureAwait(false)))
            {
                return;
            }
        }
    }

    private async Task CopyAsync(ProcessOutput output, DescriptorOutput target, SemaphoreSlim turn)
    {
        await foreach (var piece in output.ReadAsync().ConfigureAwait(false))
        {
            await WriteAsync(piece.Bytes, target, turn).ConfigureAwait(false);
            Interlocked.Add(ref _missed, piece.Missed);
        }
    }

    // Once an output is lost the rest is drained, so that the machine can end in order.
    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, DescriptorOutput target, SemaphoreSlim turn)
    {
        await turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!_isFaulty && target.Write(bytes.Span) is var error and not 0)
            {
                _isFaulty = true;
                onFault(target.Descriptor, error);
            }
        }
        finally
        {
            turn.Release();
        }
    }
}
