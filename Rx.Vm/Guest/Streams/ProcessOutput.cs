using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using Rx.Vm.Pods;

namespace Rx.Vm.Guest;

/// <summary>
/// One output stream of a process in the guest. Any number of readers at once, each at a position of its own: a position is the number of bytes
/// since the beginning of the stream. The newest <see cref="OutputPolicy.KeptBytes"/> are kept for late and second readers, also when the
/// machine has gone. No reader's error or leaving disturbs another.
/// </summary>
/// <remarks>
/// Under <see cref="OutputPolicy.Wait"/> the slowest attached reader governs, and only the process waits. Before anybody was ever attached the
/// process waits for the first reader; when the last has left, nobody is waited for. Every way of reading begins where it is asked to, by default
/// with the oldest byte that is kept, and ends behind the last byte, without an error; <see cref="ProcessStreams.Ended"/> tells whether that was
/// all. Readers continue on the thread pool, with inline continuations wherever the bytes arrive.
/// </remarks>
public sealed class ProcessOutput : IObservable<ReadOnlyMemory<byte>>
{
    private readonly OutputLog _log;

    internal ProcessOutput(OutputLog log) => _log = log;

    /// <summary>What happens when nobody reads fast enough.</summary>
    public OutputPolicy Policy => _log.Policy;

    /// <summary>How many bytes have come: the position of a reader who wants only what is new.</summary>
    public long Position => _log.Received;

    /// <summary>The position of the oldest byte that is kept.</summary>
    public long Oldest => _log.Oldest;

    /// <summary>How many bytes were dropped before anybody had read them.</summary>
    public long DroppedBytes => _log.Dropped;

    /// <summary>
    /// The bytes from the oldest on that is kept, in pieces as they come; completes behind the last one, never errors. Each subscription reads
    /// for itself. Pieces are copies and may be kept. What this reader misses is left out: <see cref="From"/> tells of gaps.
    /// </summary>
    public IDisposable Subscribe(IObserver<ReadOnlyMemory<byte>> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return new OutputObservable(_log, null).Subscribe(new BytesOnly(observer));
    }

    /// <summary>The pieces from a position on, with the gaps; else as <see cref="Subscribe"/>.</summary>
    public IObservable<OutputPiece> From(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        return new OutputObservable(_log, position);
    }

    /// <summary>The pieces from a position on, with the gaps. The reader is attached while it is enumerated.</summary>
    public IAsyncEnumerable<OutputPiece> ReadAsync(long from = 0, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        return EnumerateAsync(from, ct);
    }

    /// <summary>
    /// The bytes as a stream, from a position on or from the oldest that is kept. Attached from now on until it is disposed of. A read that comes
    /// upon a gap throws <see cref="OutputLostException"/>; the next one goes on behind it.
    /// </summary>
    public Stream OpenStream(long? from = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from ?? 0, nameof(from));
        return new OutputByteStream(_log.Attach(from));
    }

    /// <summary>The same as a pipe. Attached until it is completed.</summary>
    public PipeReader OpenReader(long? from = null) => PipeReader.Create(OpenStream(from));

    /// <summary>
    /// Copies to <paramref name="target"/> until the output ends. When the target throws, so does this, and nobody else is affected. Waits for
    /// the target before it reads on.
    /// </summary>
    /// <returns>What was written, and what was missing: a gap is left out.</returns>
    public Task<OutputCopy> CopyToAsync(Stream target, long from = 0, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        return CopyAsync(async bytes =>
        {
            await target.WriteAsync(bytes, ct).ConfigureAwait(false);
            await target.FlushAsync(ct).ConfigureAwait(false);
            return 0;
        }, from, ct);
    }

    /// <summary>The same, to whatever <paramref name="target"/> does with the bytes; they may be kept.</summary>
    public Task<OutputCopy> CopyToAsync(Action<ReadOnlyMemory<byte>> target, long from = 0, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        return CopyAsync(bytes =>
        {
            target(bytes);
            return ValueTask.FromResult(0);
        }, from, ct);
    }

    /// <summary>
    /// The same, as text. With <paramref name="most"/> characters in the builder the rest is read, counted as missed and not kept. The builder
    /// is written to until the task has completed.
    /// </summary>
    /// <param name="target">Where the text goes.</param>
    /// <param name="most">Most characters in it.</param>
    /// <param name="encoding">Default UTF-8; what is no text in it becomes U+FFFD.</param>
    /// <param name="from">Where to begin.</param>
    /// <param name="ct">Ends the copy.</param>
    public Task<OutputCopy> CopyToAsync(StringBuilder target, int most, Encoding? encoding = null, long from = 0, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        return CopyAsync(new OutputText(target, most, encoding ?? Encoding.UTF8).Add, from, ct);
    }

    /// <summary>
    /// Nobody will read this: what came and nobody read is given up, and the process waits for nobody. Readers that are attached are not
    /// affected, and later ones get what is new and kept by then.
    /// </summary>
    public void Discard() => _log.LetGo(forgets: true);

    /// <summary>The process has to end: it waits for nobody who is not there.</summary>
    internal void LetGo() => _log.LetGo(forgets: false);

    private async IAsyncEnumerable<OutputPiece> EnumerateAsync(long from, [EnumeratorCancellation] CancellationToken ct)
    {
        using var reader = _log.Attach(from);
        while (await reader.WaitAsync(ct).ConfigureAwait(false))
        {
            while (reader.Take(OutputObservable.Piece) is { } piece)
            {
                yield return piece;
            }
        }
    }

    // The target says how many of the bytes it did not take.
    private async Task<OutputCopy> CopyAsync(Func<ReadOnlyMemory<byte>, ValueTask<int>> target, long from, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        var copy = new OutputCopy();
        if (!_log.IsInline)
        {
            // While there is always more to copy, the caller would never get its task.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }

        await foreach (var piece in EnumerateAsync(from, ct).ConfigureAwait(false))
        {
            var refused = await target(piece.Bytes).ConfigureAwait(false);
            copy = new(copy.Bytes + piece.Bytes.Length - refused, copy.Missed + piece.Missed + refused);
        }

        return copy;
    }

    private sealed class BytesOnly(IObserver<ReadOnlyMemory<byte>> observer) : IObserver<OutputPiece>
    {
        public void OnNext(OutputPiece value)
        {
            if (!value.Bytes.IsEmpty)
            {
                observer.OnNext(value.Bytes);
            }
        }

        public void OnCompleted() => observer.OnCompleted();

        public void OnError(Exception error) => observer.OnError(error);
    }
}
