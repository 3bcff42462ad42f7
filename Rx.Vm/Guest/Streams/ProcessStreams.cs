using Rx.Vm.Guest.Dialects;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Pods;

namespace Rx.Vm.Guest;

/// <summary>
/// The standard streams of a process in the guest: bytes, never through the lifecycle pipeline. A stream that nobody reads costs at most its own
/// process: no other stream, exit code, stop or shutdown waits for a reader.
/// </summary>
public sealed class ProcessStreams
{
    private readonly GuestStream _main;
    private readonly GuestStream? _error;

    private ProcessStreams(GuestStream main, GuestStream? error)
    {
        _main = main;
        _error = error;
        Output = new(main.Output);
        Error = new(error?.Output ?? Nothing());
    }

    /// <summary>Standard output, and standard error too for a process with a terminal.</summary>
    public ProcessOutput Output { get; }

    /// <summary>Standard error; empty for a process with a terminal.</summary>
    public ProcessOutput Error { get; }

    /// <summary>
    /// Whether both streams ended by themselves; false when the machine went first and output may be missing. Completes when the last byte has
    /// come, read or not; never fails.
    /// </summary>
    public Task<bool> Ended => EndedAsync();

    /// <summary>Nobody will read either: <see cref="ProcessOutput.Discard"/> for both.</summary>
    public void Discard()
    {
        Output.Discard();
        Error.Discard();
    }

    /// <summary>The session of stdin and stdout.</summary>
    internal ulong MainSession => _main.Session;

    /// <summary>The session of stderr, or null with a terminal.</summary>
    internal ulong? ErrorSession => _error?.Session;

    /// <summary>How the main stream ended.</summary>
    internal Task<StreamEnd> MainEnd => _main.End;

    /// <summary>Whether the guest tells the end of the process apart from its streams.</summary>
    internal bool TellsEnd => _main.ExpectsEnd;

    /// <summary>How the process ended, at once, where <see cref="TellsEnd"/>; null when nobody will tell.</summary>
    internal Task<ProcessExit?> Exit => ExitAsync();

    /// <summary>Whether that was told.</summary>
    internal bool HasExited => _main.HasExited;

    /// <summary>Writes to standard input; completes when the bytes were handed to the machine.</summary>
    /// <returns>False when the process, its input or the machine has gone, and the bytes with it.</returns>
    public ValueTask<bool> WriteInputAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct = default) => _main.WriteInputAsync(bytes, ct);

    /// <summary>Ends standard input: the process reads end of file. Idempotent.</summary>
    /// <returns>False when there was nothing left to end.</returns>
    public ValueTask<bool> CloseInputAsync() => _main.CloseInputAsync();

    /// <summary>The credit that the guest begins with on <see cref="Output"/>; null: any.</summary>
    internal int? MainWindow => _main.Output.Window;

    /// <summary>The same on <see cref="Error"/>.</summary>
    internal int? ErrorWindow => _error?.Output.Window;

    /// <summary>Opens the sessions of one process.</summary>
    internal static ProcessStreams Open(TtyMux tty, GuestDialect dialect, bool terminal, bool isExec, OutputPolicy output, OutputPolicy error)
    {
        var main = tty.Open(dialect.Streams(output, isExec, isMain: true));
        var stderr = terminal ? null : tty.Open(dialect.Streams(error));
        main.Tail = dialect.ErrorEndsWithMain ? stderr : null;
        return new ProcessStreams(main, stderr);
    }

    /// <summary>No such process was started: what comes for its sessions is a stranger's.</summary>
    internal void Forget()
    {
        _main.Forget();
        _error?.Forget();
    }

    /// <summary>The process has to end: it waits for nobody who is not there.</summary>
    internal void LetGo()
    {
        Output.LetGo();
        Error.LetGo();
    }

    /// <summary>The guest knows the sessions now.</summary>
    internal void StartInput() => _main.StartInput();

    private static OutputLog Nothing()
    {
        var log = new OutputLog(OutputPolicy.Discard, new StreamBudget(0), null, isInline: false);
        log.Complete();
        return log;
    }

    private async Task<ProcessExit?> ExitAsync() => await _main.ProcessEnd.ConfigureAwait(false) is not { } end ? null : new ProcessExit(end.Code)
    {
        Signal = end.Signal == 0 ? null : end.Signal,
        IsOutOfMemory = end.Flags.HasFlag(ProcessEndFlags.OutOfMemory),
        IsTimedOut = end.Flags.HasFlag(ProcessEndFlags.TimedOut),
        Duration = TimeSpan.FromMilliseconds(end.Milliseconds),
    };

    private async Task<bool> EndedAsync()
    {
        var main = await _main.End.ConfigureAwait(false);
        var error = _error is null ? main : await _error.End.ConfigureAwait(false);
        return main.Kind == StreamEndKind.Ended && error.Kind == StreamEndKind.Ended;
    }
}
