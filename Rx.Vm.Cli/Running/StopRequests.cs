using System.Runtime.InteropServices;

namespace Rx.Vm.Cli.Running;

/// <summary>
/// Everything that asks a run to end before its pod does: signals, the time limit, outputs that can't be written. While it lives, no signal
/// ends the process itself: the first request stops the pod in order, a signal after another request kills the machine.
/// </summary>
internal sealed class StopRequests : IDisposable
{
    private const int Abort = 6;
    private const int FirstOfRealTime = 35;
    private const int LastOfRealTime = 64;

    // Every signal that ends a process and can be caught. A broken pipe comes as an error, faults are faults, and 34 is the runtime's own.
    private static readonly int[] Signals =
        [1, 2, 3, Abort, 10, 12, 14, 15, 16, 24, 25, 26, 27, 29, 30, 31, .. Enumerable.Range(FirstOfRealTime, LastOfRealTime - FirstOfRealTime + 1)];

    private readonly Lock _gate = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly TaskCompletionSource _requested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _insisted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action<StopRequest>? _follower;
    private bool _isDecided;

    public StopRequests()
    {
        // One that was ignored when the program started, as by nohup or for a background job of a script, stays ignored.
        _registrations = [.. Signals.Select(number => PosixSignalRegistration.Create((PosixSignal)number, context =>
        {
            context.Cancel = true;
            Request(() => Signal = Signal == 0 ? number : Signal, isSignal: true);
        }))];
    }

    /// <summary>The number of the first signal that came, or 0.</summary>
    public int Signal { get; private set; }

    /// <summary>Whether the time is up.</summary>
    public bool IsTimedOut { get; private set; }

    /// <summary>The error number of the first output that could not be written, or 0.</summary>
    public int OutputFault { get; private set; }

    /// <summary>The descriptor of that output.</summary>
    public int FaultyOutput { get; private set; }

    /// <summary>Completes with the first request.</summary>
    public Task Requested => _requested.Task;

    /// <summary>Completes when a signal came after another request.</summary>
    public Task Insisted => _insisted.Task;

    /// <summary>Calls <paramref name="stop"/>, on a thread of the pool, at every request from the first on, also one in the past.</summary>
    public void Follow(Action<StopRequest> stop)
    {
        lock (_gate)
        {
            _follower = stop;
            if (_requested.Task.IsCompleted)
            {
                Call(_insisted.Task.IsCompleted ? StopRequest.Kill : Signal > 0 ? StopRequest.Signal : StopRequest.Stop);
            }
        }
    }

    /// <summary>
    /// The result of <paramref name="work"/>, which may wait for ever: for the other end of a pipe, for a file system that does not answer. A
    /// request leaves it behind.
    /// </summary>
    /// <exception cref="OperationCanceledException">There was a request first.</exception>
    public async Task<T> UnlessRequestedAsync<T>(Func<T> work)
    {
        var done = Task.Run(work);
        return await Task.WhenAny(done, Requested).ConfigureAwait(false) == done
            ? await done.ConfigureAwait(false)
            : throw new OperationCanceledException();
    }

    /// <summary>
    /// The pod has ended and its output has been taken: what comes from now on did not end the run, and a signal can only be about the
    /// machine, which is on its way out.
    /// </summary>
    public void Decided()
    {
        lock (_gate)
        {
            _isDecided = true;
        }
    }

    /// <summary>The time is up.</summary>
    public void TimeOut() => Request(() => IsTimedOut = true, isSignal: false);

    /// <summary>An output can't be written.</summary>
    /// <param name="descriptor">Which.</param>
    /// <param name="error">The error number.</param>
    public void OutputFailed(int descriptor, int error) => Request(
        () => (FaultyOutput, OutputFault) = OutputFault == 0 ? (descriptor, error) : (FaultyOutput, OutputFault), isSignal: false);

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_registrations, registration => registration.Dispose());

    private void Request(Action note, bool isSignal)
    {
        lock (_gate)
        {
            if (!_isDecided)
            {
                note();
            }

            var isFirst = _requested.TrySetResult();
            if (!isFirst && isSignal)
            {
                _insisted.TrySetResult();
            }

            if (isFirst || isSignal)
            {
                Call(!isFirst ? StopRequest.Kill : isSignal ? StopRequest.Signal : StopRequest.Stop);
            }
        }
    }

    private void Call(StopRequest request)
    {
        if (_follower is { } follower)
        {
            ThreadPool.QueueUserWorkItem(_ => follower(request));
        }
    }
}

/// <summary>What is asked of a run.</summary>
internal enum StopRequest
{
    /// <summary>To end in order.</summary>
    Stop,

    /// <summary>To end in order, by a signal.</summary>
    Signal,

    /// <summary>To end at once: a signal after another request.</summary>
    Kill,
}
