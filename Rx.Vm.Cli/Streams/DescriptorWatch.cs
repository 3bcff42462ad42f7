using Rx.Vm.Cli.Native;

namespace Rx.Vm.Cli.Streams;

/// <summary>
/// Watches the standard descriptors on a thread of its own: tells when there is input, and when nobody reads an output any more, also while
/// nothing is written.
/// </summary>
internal sealed class DescriptorWatch : IDisposable
{
    private readonly Lock _gate = new();
    private readonly int _wake = Posix.NewEvent();
    private readonly Action<int> _onBroken;
    private readonly bool[] _isBroken = new bool[3];
    private TaskCompletionSource<bool>? _input;
    private bool _disposed;

    private DescriptorWatch(Action<int> onBroken) => _onBroken = onBroken;

    /// <summary>Begins to watch.</summary>
    /// <param name="onBroken">Called once for each of descriptors 1 and 2 that nobody reads any more, on the watching thread.</param>
    public static DescriptorWatch Start(Action<int> onBroken)
    {
        var watch = new DescriptorWatch(onBroken);
        new Thread(watch.Run) { IsBackground = true, Name = "descriptors" }.Start();
        return watch;
    }

    /// <summary>Completes with true when reading standard input would not wait: bytes, its end, or an error; with false at disposal.</summary>
    public Task<bool> InputAsync()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return Task.FromResult(false);
            }

            _input ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            Wake();
            return _input.Task;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _disposed = true;
                _input?.TrySetResult(false);
                Wake();
            }
        }
    }

    // Under the gate: the descriptor is closed under it too.
    private unsafe void Wake()
    {
        ulong one = 1;
        _ = Posix.Write(_wake, (byte*)&one, sizeof(ulong));
    }

    private unsafe void Run()
    {
        var entries = stackalloc PollEntry[4];
        while (true)
        {
            lock (_gate)
            {
                if (_disposed)
                {
                    _ = Posix.Close(_wake);
                    return;
                }

                entries[0] = new PollEntry(_input is null ? -1 : StandardInput.Descriptor, Posix.PollIn);
                entries[1] = Output(1);
                entries[2] = Output(2);
                entries[3] = new PollEntry(_wake, Posix.PollIn);
            }

            if (Posix.Poll(entries, 4, Timeout.Infinite) < 0)
            {
                continue;
            }

            if (entries[3].Found != 0)
            {
                ulong count;
                _ = Posix.Read(_wake, (byte*)&count, sizeof(ulong));
            }

            Tell(entries[0].Found, entries[1].Found, entries[2].Found);
        }
    }

    private void Tell(short input, short output, short error)
    {
        if (input != 0)
        {
            lock (_gate)
            {
                _input?.TrySetResult(true);
                _input = null;
            }
        }

        foreach (var (descriptor, found) in (ReadOnlySpan<(int, short)>)[(1, output), (2, error)])
        {
            if (found != 0)
            {
                _isBroken[descriptor] = true;
                _onBroken(descriptor);
            }
        }
    }

    // Nothing is waited for: errors and hang-ups are told all the same.
    private PollEntry Output(int descriptor) => new(_isBroken[descriptor] ? -1 : descriptor, 0);
}
