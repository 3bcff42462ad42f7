namespace Rx.Vm.Qemu;

/// <summary>
/// What a program keeps of a machine so as to attach to it later, through <see cref="IMachineDriver.AttachAsync"/>. No <see cref="VmHost"/>
/// takes a machine over. Holds no secret.
/// </summary>
/// <param name="Id">The machine's id.</param>
/// <param name="Identity">Its process.</param>
/// <param name="Directory">Its directory under the runtime root, which holds the sockets.</param>
/// <param name="Hardware">Whether its guest runs under KVM.</param>
/// <param name="Description">As <see cref="IMachine.Description"/>.</param>
public sealed record MachineRecord(string Id, ProcessIdentity Identity, string Directory, bool Hardware, string Description);
