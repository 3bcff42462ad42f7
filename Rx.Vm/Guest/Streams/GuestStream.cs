using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Guest;

/// <summary>One stream of the tty channel: output to read, input to write, and how it ended. Made by <see cref="TtyMux.Open"/>.</summary>
internal sealed class GuestStream
{
    private readonly TtyMux _mux;
    private readonly GuestStreamOptions _options;
    private readonly AsyncLock _inputGate;
    private readonly OneShot<StreamEnd> _end;
    private readonly OneShot<ProcessEnd?> _processEnd;
    private int _isInputStarted;
    private volatile bool _isInputClosed;
    private volatile bool _isOver;
    private volatile bool _hasExited;
    private bool _awaitsExit;
    private int? _exitCode;

    internal GuestStream(TtyMux mux, ulong session, GuestStreamOptions options, OutputLog output, bool isInline)
    {
        _mux = mux;
        _options = options;
        Output = output;
        _inputGate = new(isHeld: true, isInline);
        _end = new(isInline);
        _processEnd = new(isInline);
        Session = session;
    }

    /// <summary>What one frame did to the stream.</summary>
    internal enum Step
    {
        GoOn,
        Over,
        Broken,
    }

    /// <summary>The id on the wire; unique for the life of the machine.</summary>
    public ulong Session { get; }

    /// <summary>
    /// The output. It ends without an error even when the channel was lost, so await <see cref="End"/> to know whether that was all.
    /// </summary>
    public OutputLog Output { get; }

    /// <summary>
    /// Completes when the guest has ended the stream (and told the exit code, where one is due) or the channel is lost. Never faults.
    /// </summary>
    public Task<StreamEnd> End => _end.Task;

    /// <summary>Whether the guest tells the end of its process apart from its streams.</summary>
    public bool ExpectsEnd => _options.ExpectEnd;

    /// <summary>Whether <see cref="ProcessEnd"/> has come.</summary>
    public bool HasExited => _hasExited;

    /// <summary>
    /// Completes when the guest has told how the process ended, whatever of its output is still on its way; with null when it never will.
    /// Never faults. Only where <see cref="ExpectsEnd"/>.
    /// </summary>
    public Task<ProcessEnd?> ProcessEnd => _processEnd.Task;

    /// <summary>A stream that ends with this one, because the guest does not end it itself; or null. Set before the guest is told of either.</summary>
    public GuestStream? Tail { get; set; }

    /// <summary>
    /// Lets input through: call it when the STARTPOD or EXECCMD that names this stream was acknowledged. Before that the guest does not
    /// know the session and would answer input with its end. Idempotent.
    /// </summary>
    public void StartInput()
    {
        if (Interlocked.Exchange(ref _isInputStarted, 1) == 0)
        {
            _inputGate.Exit();
        }
    }

    /// <summary>
    /// Sends input; waits for <see cref="StartInput"/>, for earlier calls, and for the channel to take it. True: all of it was handed to
    /// the channel. False: the stream has ended, its input was closed, or the channel is lost. Cancellation takes effect between frames.
    /// </summary>
    public async ValueTask<bool> WriteInputAsync(ReadOnlyMemory<byte> data, CancellationToken ct = default)
    {
        if (_isInputClosed || _isOver)
        {
            return false;
        }

        await _inputGate.EnterAsync(ct).ConfigureAwait(false);
        try
        {
            while (!data.IsEmpty)
            {
                var chunk = data[..Math.Min(data.Length, _options.InputChunk)];
                if (_isOver || !await _mux.SendAsync(Session, chunk, ct).ConfigureAwait(false))
                {
                    return false;
                }

                data = data[chunk.Length..];
            }

            return true;
        }
        finally
        {
            _inputGate.Exit();
        }
    }

    /// <summary>
    /// Closes stdin behind what was written before; later writes answer false. False: closed already, ended, lost, or the guest has no way
    /// to be told.
    /// </summary>
    public async ValueTask<bool> CloseInputAsync(CancellationToken ct = default)
    {
        if (_isInputClosed || _isOver)
        {
            return false;
        }

        _isInputClosed = true;
        if (!_options.CanCloseInput)
        {
            return false;
        }

        try
        {
            await _inputGate.EnterAsync(ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _isInputClosed = false;
            throw;
        }

        try
        {
            return !_isOver && await _mux.SendAsync(Session, ReadOnlyMemory<byte>.Empty, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _inputGate.Exit();
        }
    }

    /// <summary>Nothing was started under this session, or nothing that anybody will hear of: what comes for it is a stranger's.</summary>
    public void Forget() => _mux.Forget(this);

    /// <summary>One frame from the guest; on the channel's reader.</summary>
    internal Step Take(ReadOnlySpan<byte> payload)
    {
        if (_awaitsExit)
        {
            return TakeExit(payload);
        }

        if (!payload.IsEmpty)
        {
            Output.Append(payload);
            return Step.GoOn;
        }

        if (_options.ExpectExit)
        {
            _awaitsExit = true;
            Output.Complete();
            return Step.GoOn;
        }

        return Step.Over;
    }

    /// <summary>The process has ended, or nobody will tell.</summary>
    internal void Tell(ProcessEnd? end)
    {
        _hasExited = true;
        _processEnd.TrySetResult(end);

        // What is told here and what is read there cross: whoever is second sees the first.
        _isOver |= _end.Task.IsCompleted;
    }

    /// <summary>Ends the stream once: completes the output, tells how, and lets waiting writers find out.</summary>
    internal void Finish(StreamEndKind kind)
    {
        if (!_awaitsExit)
        {
            Output.Complete();
        }

        _end.TrySetResult(new(kind, _exitCode));

        // A process that has closed its output may read on, until its end is told.
        _isOver = kind != StreamEndKind.Ended || !_options.ExpectEnd || _hasExited;
        StartInput();
    }

    private Step TakeExit(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
        {
            // The guest's answer to input that crossed the end on its way.
            return Step.GoOn;
        }

        if (!TtyFrame.TryReadExit(payload, out var exitCode))
        {
            return Step.Broken;
        }

        _exitCode = exitCode;
        return Step.Over;
    }
}
