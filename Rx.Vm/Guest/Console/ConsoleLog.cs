using System.Buffers;
using System.Collections.Immutable;
using Rx.Qmp.Isolation;
using Rx.Vm.Text;
using Serilog;
using Serilog.Core;

namespace Rx.Vm.Guest;

/// <summary>
/// Reads the serial console: kernel messages, and the last words of a guest that panics. Keeps the newest lines, sanitised, in memory
/// that does not grow with what the guest writes.
/// </summary>
internal sealed class ConsoleLog : IDisposable
{
    private const int ReadSize = 4096;

    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = [];
    private readonly Stream _stream;
    private readonly ConsoleLogOptions _options;
    private readonly Action<string>? _onLine;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly LineSplitter _splitter;
    private readonly TaskCompletionSource _completion = new();
    private long _total;

    /// <summary>A log of <paramref name="stream"/>, which it owns. Nothing is read before <see cref="Start"/>.</summary>
    /// <param name="stream">The console's bytes.</param>
    /// <param name="options">The limits; null for the defaults.</param>
    /// <param name="onLine">
    /// Gets each line on the reading thread, which waits for it; if it throws, the line is logged as lost to it and reading goes on.
    /// </param>
    /// <param name="logger">Where trouble is told.</param>
    public ConsoleLog(Stream stream, ConsoleLogOptions? options = null, Action<string>? onLine = null, ILogger? logger = null)
    {
        _stream = stream;
        _options = options ?? new();
        _onLine = onLine;
        _log = (logger ?? Logger.None).ForContext<ConsoleLog>();
        _splitter = new(_options.LineBytes, Keep);
    }

    /// <summary>Completes when the console has ended and its last line is kept. Never faults.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Lines seen, kept or not.</summary>
    public long TotalLines => Volatile.Read(ref _total);

    /// <summary>The kept lines, oldest first: a snapshot.</summary>
    public ImmutableArray<string> Tail()
    {
        lock (_gate)
        {
            return [.. _lines];
        }
    }

    /// <summary>Begins to read. Returns when the stream has nothing more to give at once; call it once.</summary>
    public void Start() => _ = ReadAsync();

    /// <summary>Stops reading and closes the stream; the kept lines stay. Idempotent; does not wait.</summary>
    public void Dispose()
    {
        _stop.TryCancel();
        _stream.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            while (true)
            {
                await IdleRead.WaitAsync(_stream, _stop.Token).ConfigureAwait(false);
                var buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
                var count = await _stream.ReadAsync(buffer.AsMemory(0, ReadSize), _stop.Token).ConfigureAwait(false);
                if (count == 0)
                {
                    break;
                }

                _splitter.Feed(buffer.AsSpan(0, count));

                // Only after a read that ended well: another may still be written to.
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
        catch (Exception e)
        {
            // The console is a courtesy: however it ends, the machine's other channels tell what that means.
            _log.Debug("The console ended: {Reason}", SafeText.Of(e));
        }

        _splitter.Complete();
        _completion.TrySetResult();
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        var line = CleanText.Of(bytes, _options.LineBytes);
        lock (_gate)
        {
            if (_lines.Count == _options.KeptLines)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(line);
            _total++;
        }

        try
        {
            _onLine?.Invoke(line);
        }
        catch (Exception e)
        {
            _log.Error(e, "A reader of console lines threw");
        }
    }
}
