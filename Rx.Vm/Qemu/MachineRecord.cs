namespace Rx.Vm.Qemu;

/// <summary>What a host writes down so that a later host can attach to the machine again. Holds no secret.</summary>
/// <param name="Id">The machine's id.</param>
/// <param name="Identity">Its process.</param>
/// <param name="Directory">Its directory under the runtime root, which holds the sockets.</param>
/// <param name="Hardware">Whether its guest runs under KVM.</param>
/// <param name="Description">As <see cref="IMachine.Description"/>.</param>
public sealed record MachineRecord(string Id, ProcessIdentity Identity, string Directory, bool Hardware, string Description);
