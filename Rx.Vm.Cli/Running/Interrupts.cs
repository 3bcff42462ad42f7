using System.Runtime.InteropServices;

namespace Rx.Vm.Cli.Running;

/// <summary>Ctrl-C and SIGTERM: the first asks, the second insists. The process itself is never ended by them while it is responsible for a machine.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly PosixSignalRegistration[] _registrations;
    private readonly Action<int> _onSignal;
    private int _count;
    private int _first;

    /// <summary>Calls <paramref name="onSignal"/> with 1 for the first signal, 2 for the second, and so on, on a thread of the pool.</summary>
    public Interrupts(Action<int> onSignal)
    {
        _onSignal = onSignal;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
        ];
    }

    /// <summary>The number of the first signal that came, or 0.</summary>
    public int First => Volatile.Read(ref _first);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        Interlocked.CompareExchange(ref _first, Number(context.Signal), 0);
        var count = Interlocked.Increment(ref _count);
        ThreadPool.QueueUserWorkItem(_ => _onSignal(count));
    }

    private static int Number(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGHUP => 1,
        PosixSignal.SIGINT => 2,
        _ => 15,
    };
}
