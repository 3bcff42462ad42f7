namespace Rx.Vm.Cli.Running;

/// <summary>What runs the machine of <c>rxvm run</c>.</summary>
internal enum MachineDriver
{
    /// <summary>A QEMU process.</summary>
    Qemu,

    /// <summary>A simulation in this process: containers run a few programs of its own.</summary>
    Sim,
}
