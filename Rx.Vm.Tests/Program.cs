using System.Reactive.Concurrency;
using Rx.Benchmarks.Embed;
using Rx.Vm.Tests;
using Rx.Vm.Tests.Campaign;
using Rx.Vm.Tests.Endings;
using Rx.Vm.Tests.Fuzz;
using Rx.Vm.Tests.Mutation;
using Xunit.MicrosoftTestingPlatform;

[assembly: TestFramework(typeof(Rx.Qmp.Tests.Limits.LimitedTestFramework))]

// One executable for all that tests: the runner, and the programs that run longer than a test may.
return args switch
{
    ["campaign", .. var rest] => new CampaignProgram(Console.Out, ImmediateScheduler.Instance).Run(rest),
    ["fuzz", .. var rest] => new FuzzProgram(Console.Out, ImmediateScheduler.Instance).Run(rest),
    ["embed", .. var rest] => await EmbedLoad.RunAsync(rest),
    ["endings", .. var rest] => await new EndingsProgram(Console.Out, ImmediateScheduler.Instance).RunAsync(rest),
    ["mutate", .. var rest] => await new MutationProgram(Console.Out, ImmediateScheduler.Instance).RunAsync(rest, CancellationToken.None),
    [MutationWorker.Word, .. var rest] => MutationWorker.Run(rest, ImmediateScheduler.Instance),
    [HostProgram.Word, .. var rest] => await HostProgram.RunAsync(rest),
    _ => await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
};
