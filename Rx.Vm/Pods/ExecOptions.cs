using System.Collections.Immutable;

namespace Rx.Vm.Pods;

/// <summary>How a further process is run; what is null is taken from the container.</summary>
public sealed record ExecOptions
{
    /// <summary>Whether it gets a terminal.</summary>
    public bool Tty { get; init; }

    /// <summary>User name or number in the container.</summary>
    public string? User { get; init; }

    /// <summary>The working directory, absolute.</summary>
    public string? Workdir { get; init; }

    /// <summary>Variables on top of the container's.</summary>
    public ImmutableArray<ContainerVariable> Envs { get; init; } = [];

    internal void Validate(IReadOnlyList<string> command)
    {
        // The rules of a container are those of a process in it.
        var container = new ContainerSpec
        {
            Image = "exec", Command = [.. command], Workdir = Workdir ?? "/", Envs = Envs, User = User is null ? null : new(User, null, []),
        };
        PodRules.ValidateExec(container);
    }
}
