using System.CommandLine;
using Rx.Vm.Cli.Commands;

var root = new RootCommand("Pods, each in a virtual machine of its own.")
{
    ImageCommand.Create(),
    SetupCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
