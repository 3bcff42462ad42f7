using Rx.Vm.Cli;
using Rx.Vm.Cli.Streams;
using Rx.Vm.Qemu;

StandardDescriptors.Repair();

// Before anything else is loaded: a runtime that runs out of descriptors half-way ends in an abort, not in a sentence.
if (MachineDoctor.Obstacle() is { } obstacle)
{
    Complaint.Write(StandardText.Error, obstacle);
    return ExitCodes.Failed;
}

return StandardText.Finish(await CommandLine.RunAsync(args).ConfigureAwait(false));
