using System.Reactive.Concurrency;
using Rx.Vm.Tests;
using Rx.Vm.Tests.Campaign;
using Rx.Vm.Tests.Fuzz;
using Xunit.MicrosoftTestingPlatform;

// One executable for all that tests: the runner, and the programs that run longer than a test may.
return args switch
{
    ["campaign", .. var rest] => new CampaignProgram(Console.Out, ImmediateScheduler.Instance).Run(rest),
    ["fuzz", .. var rest] => new FuzzProgram(Console.Out, ImmediateScheduler.Instance).Run(rest),
    _ => await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
};
