using System.Text;

namespace Rx.Vm.Cli.Streams;

/// <summary>
/// The program's own words on their way to a descriptor whose reader may stand still. A write(2) that waits for room can't be called off, so
/// it is made on a thread of its own: whoever has something to say waits for it for a moment at most, and not at all while the reader is
/// known to stand still. What is waiting is bounded; what goes beyond is counted, and the count is told when there is room again.
/// </summary>
/// <remarks>Any thread. Nothing is thrown.</remarks>
internal sealed class DetachedOutput(DescriptorOutput output)
{
    private const int MaxWaiting = 256 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _waiting = new();
    private readonly SemaphoreSlim _work = new(0);
    private TaskCompletionSource _written = Completed();
    private Thread? _writer;
    private int _bytes;
    private int _lost;
    private bool _standsStill;

    /// <summary>The number of the first error, or 0; what comes behind it is lost.</summary>
    public int Fault { get; private set; }

    /// <summary>Completes when all that was said so far has been written, or can't be.</summary>
    public Task Written
    {
        get
        {
            lock (_gate)
            {
                return _written.Task;
            }
        }
    }

    /// <summary>Hands over <paramref name="bytes"/>; normally they are written when this returns.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        Task written;
        lock (_gate)
        {
            if (Fault != 0 || _bytes + bytes.Length > MaxWaiting)
            {
                _lost++;
                return;
            }

            Add(bytes.ToArray());
            if (_standsStill)
            {
                return;
            }

            written = _written.Task;
        }

        if (!written.Wait(Patience))
        {
            lock (_gate)
            {
                _standsStill = !_written.Task.IsCompleted;
            }
        }
    }

    private static TaskCompletionSource Completed()
    {
        var completed = new TaskCompletionSource();
        completed.SetResult();
        return completed;
    }

    // Under the lock.
    private void Add(byte[] words)
    {
        _waiting.Enqueue(words);
        _bytes += words.Length;
        if (_written.Task.IsCompleted)
        {
            _written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        if (_writer is null)
        {
            _writer = new Thread(Run) { IsBackground = true, Name = "rxvm words" };
            _writer.Start();
        }

        _work.Release();
    }

    private void Run()
    {
        while (true)
        {
            _work.Wait();
            byte[] words;
            lock (_gate)
            {
                words = _waiting.Peek();
            }

            var error = Fault == 0 ? output.Write(words) : Fault;
            lock (_gate)
            {
                Fault = error;
                _bytes -= _waiting.Dequeue().Length;
                if (_waiting.Count == 0)
                {
                    Rest();
                }
            }
        }
    }

    // Under the lock, with nothing waiting.
    private void Rest()
    {
        _standsStill = false;
        if (_lost > 0 && Fault == 0)
        {
            var words = Encoding.UTF8.GetBytes(FormattableString.Invariant($"rxvm: {_lost} lines of its own are missing here: nobody took them\n"));
            _lost = 0;
            Add(words);
        }
        else
        {
            _written.TrySetResult();
        }
    }
}
