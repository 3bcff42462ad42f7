using System.Collections.Immutable;
using Rx.Values;

namespace Rx.Vm.Pods;

/// <summary>How a further process is run; what is null is taken from the container.</summary>
public sealed record ExecOptions
{
    private readonly ListField<ContainerVariable> _envs = ImmutableArray<ContainerVariable>.Empty;

    /// <summary>Whether it gets a terminal.</summary>
    public bool Tty { get; init; }

    /// <summary>User name or number in the container.</summary>
    public string? User { get; init; }

    /// <summary>The working directory, absolute.</summary>
    public string? Workdir { get; init; }

    /// <summary>Variables on top of the container's.</summary>
    public ImmutableArray<ContainerVariable> Envs { get => _envs; init => _envs = value; }
}
