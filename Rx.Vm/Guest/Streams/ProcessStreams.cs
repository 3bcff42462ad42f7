using System.IO.Pipelines;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Guest;

/// <summary>
/// The standard streams of a process in the guest: bytes with back-pressure, never through the lifecycle pipeline. Output that nobody reads
/// makes the process wait once 256 KiB are buffered, and with it every stream of the same machine; read or drain all of them.
/// </summary>
public sealed class ProcessStreams
{
    private readonly GuestStream _main;
    private readonly GuestStream? _error;

    private ProcessStreams(GuestStream main, GuestStream? error)
    {
        _main = main;
        _error = error;
    }

    /// <summary>
    /// Standard output, and standard error too for a process with a terminal. Cold, one subscription: chunks as they come, completion at
    /// the end of the stream or when the machine has gone, no error. Each chunk is a copy and may be kept; a slow observer slows the
    /// process. OnNext runs wherever the bytes arrive.
    /// </summary>
    public IObservable<ReadOnlyMemory<byte>> Output => OutputReader.AsObservable();

    /// <summary>Standard error, as <see cref="Output"/>; empty for a process with a terminal.</summary>
    public IObservable<ReadOnlyMemory<byte>> Error => ErrorReader.AsObservable();

    /// <summary><see cref="Output"/> for readers who pull. Use one of the two.</summary>
    public PipeReader OutputReader => _main.Output;

    /// <summary><see cref="Error"/> for readers who pull. Use one of the two.</summary>
    public PipeReader ErrorReader => _error?.Output ?? PipeReader.Create(Stream.Null);

    /// <summary>Whether both streams ended by themselves; false when the machine went first and output may be missing. Completes, never fails.</summary>
    public Task<bool> Ended => EndedAsync();

    /// <summary>The session of stdin and stdout.</summary>
    internal ulong MainSession => _main.Session;

    /// <summary>The session of stderr, or null with a terminal.</summary>
    internal ulong? ErrorSession => _error?.Session;

    /// <summary>How the main stream ended.</summary>
    internal Task<StreamEnd> MainEnd => _main.End;

    /// <summary>Writes to standard input; completes when the bytes were handed to the machine.</summary>
    /// <returns>False when the process, its input or the machine has gone, and the bytes with it.</returns>
    public ValueTask<bool> WriteInputAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct = default) => _main.WriteInputAsync(bytes, ct);

    /// <summary>Ends standard input: the process reads end of file. Idempotent.</summary>
    /// <returns>False when there was nothing left to end.</returns>
    public ValueTask<bool> CloseInputAsync() => _main.CloseInputAsync();

    /// <summary>Opens the sessions of one process.</summary>
    internal static ProcessStreams Open(TtyMux tty, GuestFeatures features, bool terminal, bool isExec)
    {
        var main = tty.Open(GuestStreamOptions.For(features, isExec));
        return new ProcessStreams(main, terminal ? null : tty.Open(GuestStreamOptions.For(features)));
    }

    /// <summary>The guest knows the sessions now.</summary>
    internal void StartInput() => _main.StartInput();

    private async Task<bool> EndedAsync()
    {
        var main = await _main.End.ConfigureAwait(false);
        var error = _error is null ? main : await _error.End.ConfigureAwait(false);
        return main.Kind == StreamEndKind.Ended && error.Kind == StreamEndKind.Ended;
    }
}
