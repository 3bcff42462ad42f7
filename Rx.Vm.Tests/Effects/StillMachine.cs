using Rx.Vm.Qemu;
using Rx.Vm.Tests.Guest;

namespace Rx.Vm.Tests.Effects;

/// <summary>A machine that says nothing by itself, with the ends of its channels in the test's hands.</summary>
internal sealed class StillMachine : IMachine
{
    private readonly TaskCompletionSource<MachineExit> _exited = new();

    public string Description => "still";

    public ProcessIdentity? Identity => null;

    public MachineRecord? Record => null;

    public Confinement? Confinement => null;

    public FakeQmpServer Monitor { get; } = new();

    public Stream Qmp => Monitor.ClientEnd;

    public ScriptedStream ControlEnd { get; } = new();

    public Stream Control => ControlEnd;

    public ScriptedStream TtyEnd { get; } = new();

    public Stream Tty => TtyEnd;

    public ScriptedStream ConsoleEnd { get; } = new();

    public Stream Console => ConsoleEnd;

    public Task<MachineExit> Exited => _exited.Task;

    public int Kills { get; private set; }

    public bool IsDisposed { get; private set; }

    public Exception? Fault { get; init; }

    public void Kill() => Kills++;

    public void Exit(MachineExit exit) => _exited.SetResult(exit);

    public ValueTask DetachAsync() => default;

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        Monitor.HangUp();
        return Fault is null ? default : ValueTask.FromException(Fault);
    }
}
