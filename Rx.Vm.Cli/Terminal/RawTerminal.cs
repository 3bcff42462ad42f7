using System.Runtime.InteropServices;
using Rx.Vm.Cli.Native;
using Rx.Vm.Cli.Streams;

namespace Rx.Vm.Cli.Terminal;

/// <summary>
/// The terminal on standard input while it belongs to a container: every key is a byte for the guest, nothing is echoed or edited here, and
/// no key is a signal. Given back as it was on every end of the program that the program can see, and while it is stopped.
/// </summary>
internal sealed class RawTerminal : IDisposable
{
    // struct termios of Linux on every architecture .NET runs on fits.
    private const int TermiosSize = 256;
    private const int Now = 0;

    private readonly Lock _gate = new();
    private byte[] _saved;
    private byte[] _raw;
    private readonly CleanWriter _error;
    private readonly PosixSignalRegistration[] _registrations;
    private bool _isLeft;

    private RawTerminal(byte[] saved, CleanWriter error, Action<bool> onResize)
    {
        _saved = saved;
        _raw = Raw(saved);
        _error = error;
        Apply(_raw);
        AppDomain.CurrentDomain.ProcessExit += Leave;
        AppDomain.CurrentDomain.UnhandledException += Leave;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => onResize(false)),
            PosixSignalRegistration.Create(PosixSignal.SIGTSTP, Suspend),
            PosixSignalRegistration.Create(PosixSignal.SIGCONT, context =>
            {
                // Or the runtime sets the terminal as it was at its own start.
                context.Cancel = true;
                Return();
                onResize(true);
            }),
        ];
    }

    /// <summary>Takes the terminal; null when standard input is none.</summary>
    /// <param name="error">Where the program writes meanwhile.</param>
    /// <param name="onResize">Called when the size may have changed; with true when the screen must be drawn again too.</param>
    public static RawTerminal? Enter(CleanWriter error, Action<bool> onResize)
    {
        return Attributes() is { } saved ? new RawTerminal(saved, error, onResize) : null;
    }

    private static unsafe byte[]? Attributes()
    {
        var attributes = new byte[TermiosSize];
        fixed (byte* termios = attributes)
        {
            return Posix.GetTerminal(StandardInput.Descriptor, termios) == 0 ? attributes : null;
        }
    }

    /// <summary>Gives the terminal back. Idempotent.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_isLeft)
            {
                _isLeft = true;
                Apply(_saved);
            }
        }

        AppDomain.CurrentDomain.ProcessExit -= Leave;
        AppDomain.CurrentDomain.UnhandledException -= Leave;
        Array.ForEach(_registrations, registration => registration.Dispose());
    }

    private void Leave(object? sender, EventArgs e)
    {
        lock (_gate)
        {
            Apply(_saved);
        }
    }

    // Somebody else gets the terminal while this process is stopped, and expects it as it was.
    private void Suspend(PosixSignalContext context)
    {
        context.Cancel = true;
        lock (_gate)
        {
            if (!_isLeft)
            {
                Apply(_saved);
            }
        }

        _ = Posix.Kill(Environment.ProcessId, Posix.SigStop);
    }

    // What it is now is what to give back: in the background it was in somebody else's hands, as a shell's line editor.
    private void Return()
    {
        lock (_gate)
        {
            if (_isLeft)
            {
                return;
            }

            if (Posix.IsForeground(StandardInput.Descriptor) && Attributes() is { } now && !now.AsSpan().SequenceEqual(_raw))
            {
                (_saved, _raw) = (now, Raw(now));
            }

            Apply(_raw);
        }
    }

    // Not from the background: the terminal is somebody else's then, and the kernel would stop us. It stops us at the next read anyway, and
    // the continuation in the foreground comes back here.
    private unsafe void Apply(byte[] mode)
    {
        if (!Posix.IsForeground(StandardInput.Descriptor))
        {
            return;
        }

        fixed (byte* termios = mode)
        {
            _ = Posix.SetTerminal(StandardInput.Descriptor, Now, termios);
        }

        _error.IsRaw = mode == _raw;
    }

    private static unsafe byte[] Raw(byte[] saved)
    {
        var raw = (byte[])saved.Clone();
        fixed (byte* termios = raw)
        {
            Posix.MakeRaw(termios);
        }

        return raw;
    }
}
