using Rx.Vm.Cli;
using Rx.Vm.Cli.Streams;

try
{
    if (!Beginning.IsPossible())
    {
        return ExitCodes.Failed;
    }
}
catch (Exception e) when (Beginning.IsOfTheRuntime(e))
{
    Beginning.TellThatNothingLoads();
    return ExitCodes.Failed;
}

return StandardText.Finish(await CommandLine.RunAsync(args).ConfigureAwait(false));
