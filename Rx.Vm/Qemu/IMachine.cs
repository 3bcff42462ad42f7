namespace Rx.Vm.Qemu;

/// <summary>
/// One started virtual machine process and the four byte streams to it. Disposing it kills the process, waits until it was seen gone and
/// removes everything it left; see <see cref="DetachAsync"/> for leaving it alive.
/// </summary>
/// <remarks>
/// The streams are connected when the machine is handed out and readable as soon as the peer writes; each ends (a read of 0 bytes, or an
/// <see cref="IOException"/>) when the peer closes it. One reader and one writer at a time per stream. The real driver's streams are
/// <see cref="System.Net.Sockets.NetworkStream"/>s over unix sockets, so descriptors can be passed on <see cref="Qmp"/>.
/// </remarks>
public interface IMachine : IAsyncDisposable
{
    /// <summary>For people: what runs, for example <c>qemu 7.2.22 pid 123 (tcg, q35)</c>.</summary>
    string Description { get; }

    /// <summary>The process, or null when the machine is none (simulated).</summary>
    ProcessIdentity? Identity { get; }

    /// <summary>What <see cref="IMachineDriver.AttachAsync"/> needs; null when that is impossible (simulated).</summary>
    MachineRecord? Record { get; }

    /// <summary>How the process is confined, read back from the kernel after the start; null when unknown.</summary>
    Confinement? Confinement { get; }

    /// <summary>
    /// The processor time that the process has used since it was started, the guest's included; null when it has gone or can't be told. A
    /// limit that runs out asks for it: a process at work is not stuck. Quick and without waiting.
    /// </summary>
    TimeSpan? ProcessorTime => null;

    /// <summary>The QMP monitor. The greeting has not been read.</summary>
    Stream Qmp { get; }

    /// <summary>The guest port <c>sh.hyper.channel.0</c>: control frames.</summary>
    Stream Control { get; }

    /// <summary>The guest port <c>sh.hyper.channel.1</c>: multiplexed byte streams.</summary>
    Stream Tty { get; }

    /// <summary>The serial console: kernel log text, host to guest unused.</summary>
    Stream Console { get; }

    /// <summary>
    /// Completes when the process was seen gone, with how it ended; never faults, never is cancelled. Continuations run asynchronously.
    /// </summary>
    Task<MachineExit> Exited { get; }

    /// <summary>SIGKILL, through the process handle. Idempotent, returns at once, never throws for a process that is gone.</summary>
    void Kill();

    /// <summary>
    /// Closes the streams and lets go of the process without ending it; <see cref="Record"/> is then the way back. A machine that was
    /// started with <see cref="WhenProcessDies.Kill"/> still ends with the process that started it. Idempotent. For programs that use a
    /// driver by itself: a <see cref="VmHost"/> ends its machines and never calls this.
    /// </summary>
    ValueTask DetachAsync();
}
