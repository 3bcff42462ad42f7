using System.Runtime.InteropServices;

namespace Rx.Vm.Cli.Commands;

/// <summary>
/// Signals for commands that leave something behind when they just end: the first one cancels what they do, so that they remove it; a
/// second one ends the process as it would have without.
/// </summary>
internal sealed class EndingSignals : IDisposable
{
    private static readonly (PosixSignal Signal, int Number)[] Known =
        [(PosixSignal.SIGHUP, 1), (PosixSignal.SIGINT, 2), (PosixSignal.SIGQUIT, 3), (PosixSignal.SIGTERM, 15)];

    private readonly CancellationTokenSource _cancelled = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _first;

    public EndingSignals() => _registrations =
    [
        .. Known.Select(known => PosixSignalRegistration.Create(known.Signal, context =>
        {
            context.Cancel = Interlocked.CompareExchange(ref _first, known.Number, 0) == 0;
            if (context.Cancel)
            {
                ThreadPool.QueueUserWorkItem(_ => _cancelled.Cancel());
            }
        })),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _cancelled.Token;

    /// <summary>The exit code of a command that ended with <paramref name="exitCode"/>: the signal's, if one came and it did not succeed.</summary>
    public int Judge(int exitCode) => _first != 0 && exitCode != 0 ? ExitCodes.BySignal(_first) : exitCode;

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_registrations, registration => registration.Dispose());
}
