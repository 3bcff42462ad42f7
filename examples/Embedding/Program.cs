// An application that runs a pod and watches it. After './rx setup': dotnet run --project examples/Embedding
using System.Reactive.Linq;
using System.Text;
using DynamicData;
using Rx.Vm;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;

await using var host = await VmHost.OpenAsync();

// The fleet: how many machines run, whenever that changes.
using var fleet = host.Vms.Connect()
    .Filter(vm => vm.Phase == VmPhase.Running)
    .QueryWhenChanged(running => running.Count)
    .DistinctUntilChanged()
    .Subscribe(count => Console.WriteLine($"         {count} machine(s) running"));

// One machine: the current state first, then every change, then completion.
var vm = host.Start(new VmOptions { Memory = 192.MiB() });
using var states = vm.States.DistinctUntilChanged(state => state.Phase).Subscribe(
    state => Console.WriteLine($"{state.At.TotalSeconds,7:0.00}  {state.Phase}"),
    () => Console.WriteLine("         the machine has gone"));

var pod = await vm.RunPodAsync(PodSpec.Parse("""
    { "containers": [{ "name": "hello", "image": "busybox", "command": ["sh", "-c", "echo hello; sleep 1"] }] }
    """));
using var output = pod.Containers[0].Streams.Output.Subscribe(bytes => Console.Write($"         > {Encoding.UTF8.GetString(bytes.Span)}"));

var result = await pod.Completion;
var last = await vm.Completion;
Console.WriteLine($"         exit code {result.ExitCode}, {last.Sequence} states, ended because: {last.Message}");
