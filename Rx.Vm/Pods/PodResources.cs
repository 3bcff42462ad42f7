namespace Rx.Vm.Pods;

/// <summary>The size of the machine that a pod asks for; null leaves it to the machine's options.</summary>
public sealed record PodResources
{
    /// <summary>Virtual processors, 1 to 64.</summary>
    public int? Vcpu { get; init; }

    /// <summary>Memory in MiB, 64 to 1,048,576.</summary>
    public int? Memory { get; init; }
}
