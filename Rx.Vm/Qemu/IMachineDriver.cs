using System.Collections.Immutable;

namespace Rx.Vm.Qemu;

/// <summary>
/// Starts virtual machine processes. <c>QemuDriver</c> runs QEMU; the simulated machine of <c>Rx.Vm.Testing</c> implements it too.
/// </summary>
public interface IMachineDriver
{
    /// <summary>What its host has to provide. By default everything that a real machine needs.</summary>
    MachineNeeds Needs => MachineNeeds.All;

    /// <summary>
    /// Where host processes that share this host's processors agree on who may boot: a directory of this user's alone, made when needed.
    /// Null: each process decides for itself.
    /// </summary>
    string? LockDirectory => null;

    /// <summary>
    /// Starts one machine. Completes once the emulator has accepted every option and its main loop runs, so a bad option or a missing
    /// file is reported here and not by a timer; the bytes of <see cref="IMachine.Qmp"/> are all still unread. Waits on no clock: the
    /// caller's token is the deadline.
    /// </summary>
    /// <param name="spec">What to start; validated before anything is created.</param>
    /// <param name="ct">Gives up the start: the process is killed and everything it left is removed before the task is cancelled.</param>
    /// <exception cref="MachineStartException">The machine did not come up; nothing of it is left.</exception>
    ValueTask<IMachine> StartAsync(MachineSpec spec, CancellationToken ct = default);

    /// <summary>
    /// Connects to a machine that outlived the host process which started it. The process is known by its identity, never by its pid
    /// alone. For programs that use a driver by itself: a <see cref="VmHost"/> never calls this.
    /// </summary>
    /// <param name="record">What <see cref="IMachine.Record"/> was when the machine was started.</param>
    /// <param name="ct">Gives up the attempt; the machine is left as it is.</param>
    /// <returns>The machine, or null when its process is gone; what it left on disk has then been removed.</returns>
    /// <exception cref="MachineStartException">The process is there but does not answer on its sockets.</exception>
    ValueTask<IMachine?> AttachAsync(MachineRecord record, CancellationToken ct = default);

    /// <summary>
    /// What hosts of this user left behind: machines that run though the process of their host has ended, and directories of dead ones. A
    /// machine whose host's process lives is never among them. The default finds nothing.
    /// </summary>
    /// <param name="ct">Ends the search.</param>
    /// <exception cref="RxVmException">It cannot be searched.</exception>
    ValueTask<ImmutableArray<Leftover>> FindLeftoversAsync(CancellationToken ct = default) => new(ImmutableArray<Leftover>.Empty);

    /// <summary>
    /// Removes one leftover of any kind but <see cref="LeftoverKind.Unclear"/>: ends its machine if it lives, and removes its directory.
    /// It is judged again first. The default does nothing.
    /// </summary>
    /// <param name="leftover">One that <see cref="FindLeftoversAsync"/> told.</param>
    /// <param name="ct">Gives up waiting for the end of the machine.</param>
    /// <returns>
    /// Whether nothing is left of it: also true for one that was gone already. False when it lives and is no longer what was told, for
    /// example because a host attached to it, or a new machine has its name.
    /// </returns>
    /// <exception cref="RxVmException">It cannot be ended or removed.</exception>
    ValueTask<bool> RemoveAsync(Leftover leftover, CancellationToken ct = default) => new(false);

    /// <summary>
    /// A machine was given up before its guest was ready, although kernel and initramfs were the host's own, its limits not shorter than
    /// the default ones, and nobody had killed it. A driver that chose the accelerator itself may hold that against KVM: a
    /// <c>/dev/kvm</c> that opens proves nothing. Must not throw; the default does nothing.
    /// </summary>
    /// <param name="spec">What was started.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="reason">One line for the record.</param>
    void BootFailed(MachineSpec spec, IMachine machine, string reason)
    {
    }

    /// <summary>A machine's guest is ready. Must not throw; the default does nothing.</summary>
    /// <param name="spec">What was started.</param>
    /// <param name="machine">The machine.</param>
    void Booted(MachineSpec spec, IMachine machine)
    {
    }
}
