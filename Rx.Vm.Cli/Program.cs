using System.CommandLine;
using Rx.Vm.Cli;
using Rx.Vm.Cli.Commands;
using Rx.Vm.Qemu;

// Before anything else is loaded: a runtime that runs out of descriptors half-way ends in an abort, not in a sentence.
if (MachineDoctor.Obstacle() is { } obstacle)
{
    Complaint.Write(Console.Error, obstacle);
    return ExitCodes.Failed;
}

var root = new RootCommand("Pods, each in a virtual machine of its own.")
{
    RunCommand.Create(),
    ReplayCommand.Create(),
    DoctorCommand.Create(),
    ImageCommand.Create(),
    SetupCommand.Create(),
};

// Signals are the run's own business: the first stops the pod in order, the second kills its machine.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
