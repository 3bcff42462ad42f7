using System.CommandLine;
using Rx.Vm.Cli.Commands;

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
