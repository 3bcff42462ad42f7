using Rx.Vm.Pods;

namespace Rx.Vm.Tests.Testing;

/// <summary>Requests without a token: in virtual time nothing waits, so there is nothing a runner could cancel.</summary>
internal static class VmRequests
{
    public static Task Boot(this VirtualMachine vm) => vm.BootAsync(CancellationToken.None);

    public static Task<Pod> Run(this VirtualMachine vm, PodSpec pod) => vm.RunPodAsync(pod, CancellationToken.None);

    public static Task Stop(this VirtualMachine vm) => vm.StopPodAsync(CancellationToken.None);

    public static Task ShutDown(this VirtualMachine vm) => vm.ShutdownAsync(CancellationToken.None);

    public static Task Kill(this VirtualMachine vm) => vm.KillAsync(CancellationToken.None);

    public static Task<ExecProcess> Exec(this VirtualMachine vm, string container, params string[] command) =>
        vm.ExecAsync(container, command, null, CancellationToken.None);

    public static Task Signal(this VirtualMachine vm, string container, int signal) =>
        vm.SignalAsync(container, signal, CancellationToken.None);
}
