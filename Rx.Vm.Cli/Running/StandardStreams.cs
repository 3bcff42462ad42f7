using System.Collections.Immutable;
using System.IO.Pipelines;
using Rx.Vm.Pods;

namespace Rx.Vm.Cli.Running;

/// <summary>The containers' streams on this program's own: output to output, error to error, byte for byte, in order.</summary>
internal sealed class StandardStreams : IDisposable
{
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly Stream _error = Console.OpenStandardError();
    private readonly SemaphoreSlim _outputTurn = new(1);
    private readonly SemaphoreSlim _errorTurn = new(1);
    private readonly CancellationTokenSource _input = new();
    private int _closed;

    /// <summary>Whether standard output or error was closed by whoever read it.</summary>
    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>Copies every stream to its end.</summary>
    /// <param name="containers">The pod's containers.</param>
    /// <param name="onClosed">Called once when nobody reads standard output or error any more.</param>
    public Task CopyOutputAsync(ImmutableArray<Container> containers, Action onClosed) => Task.WhenAll(containers.SelectMany(c => new[]
    {
        CopyAsync(c.Streams.OutputReader, _output, _outputTurn, onClosed),
        CopyAsync(c.Streams.ErrorReader, _error, _errorTurn, onClosed),
    }));

    /// <summary>
    /// Forwards standard input to the first container and ends that of the others; without <paramref name="interactive"/> ends all of them.
    /// </summary>
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

        var streams = containers[0].Streams;
        var buffer = new byte[16 * 1024];
        await using var input = Console.OpenStandardInput();
        while (!_input.IsCancellationRequested)
        {
            var count = await input.ReadAsync(buffer, _input.Token).ConfigureAwait(false);
            if (count == 0 || !await streams.WriteInputAsync(buffer.AsMemory(0, count), _input.Token).ConfigureAwait(false))
            {
                await streams.CloseInputAsync().ConfigureAwait(false);
                return;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _input.Cancel();
        _outputTurn.Dispose();
        _errorTurn.Dispose();
    }

    private async Task CopyAsync(PipeReader reader, Stream target, SemaphoreSlim turn, Action onClosed)
    {
        while (true)
        {
            var result = await reader.ReadAsync().ConfigureAwait(false);
            if (!IsClosed)
            {
                await turn.WaitAsync().ConfigureAwait(false);
                try
                {
                    foreach (var segment in result.Buffer)
                    {
                        target.Write(segment.Span);
                    }
                }
                catch (IOException)
                {
                    // Nobody reads: drain what still comes, so that the machine can end in order.
                    if (Interlocked.Exchange(ref _closed, 1) == 0)
                    {
                        onClosed();
                    }
                }
                finally
                {
                    turn.Release();
                }
            }

            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                await reader.CompleteAsync().ConfigureAwait(false);
                return;
            }
        }
    }
}
