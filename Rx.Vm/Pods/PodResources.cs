namespace Rx.Vm.Pods;

/// <summary>
/// The least size of machine that a pod asks for. A machine that is not booted yet and was given no size becomes as large; a smaller one
/// refuses the pod. Null asks for nothing.
/// </summary>
public sealed record PodResources
{
    /// <summary>Virtual processors, 1 to 64.</summary>
    public int? Vcpu { get; init; }

    /// <summary>Memory in MiB, 96 to 1,048,576: with less the kernel does not come up.</summary>
    public int? Memory { get; init; }
}
