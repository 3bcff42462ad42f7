using Rx.Vm.Init;
using Rx.Vm.Init.Native;
using Rx.Vm.Init.Shim;

// The kernel hands unknown words of its command line to init as arguments; only the exact shape makes it the set-up process.
if (args is [Spawner.ShimArgument, var plan, var report] && int.TryParse(plan, out var planFd) && int.TryParse(report, out var reportFd))
{
    // Not a return: the runtime's orderly shutdown would run in what is now the container.
    Libc._exit(ShimMain.Run(planFd, reportFd));
}

if (args is [Spawner.FirstArgument] && Environment.ProcessId == 1)
{
    FirstProcess.Run();
}

return InitMain.Run();
