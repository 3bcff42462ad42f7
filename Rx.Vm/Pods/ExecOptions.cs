using System.Collections.Immutable;
using Rx.Values;

namespace Rx.Vm.Pods;

/// <summary>How a further process is run; what is null is taken from the container.</summary>
public sealed record ExecOptions
{
    private readonly ListField<ContainerVariable> _envs = ImmutableArray<ContainerVariable>.Empty;

    /// <summary>Whether it gets a terminal.</summary>
    public bool Tty { get; init; }

    /// <summary>
    /// What happens when nobody reads its output fast enough; null: a terminal waits, anything else drops the oldest beyond 256 KiB. Who reads
    /// all of a long output wants <see cref="OutputPolicy.Wait"/>.
    /// </summary>
    public OutputPolicy? Output { get; init; }

    /// <summary>The same for its standard error.</summary>
    public OutputPolicy? Error { get; init; }

    /// <summary>User name or number in the container.</summary>
    public string? User { get; init; }

    /// <summary>The working directory, absolute.</summary>
    public string? Workdir { get; init; }

    /// <summary>Variables on top of the container's.</summary>
    public ImmutableArray<ContainerVariable> Envs { get => _envs; init => _envs = value; }

    internal OutputPolicy OutputPolicy => Output ?? DefaultPolicy;

    internal OutputPolicy ErrorPolicy => Error ?? DefaultPolicy;

    private OutputPolicy DefaultPolicy => Tty ? OutputPolicy.Wait : OutputPolicy.DropOldest();
}
