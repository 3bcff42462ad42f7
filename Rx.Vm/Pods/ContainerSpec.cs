using System.Collections.Immutable;

namespace Rx.Vm.Pods;

/// <summary>One container of a pod.</summary>
public sealed record ContainerSpec
{
    /// <summary>The name, unique in the pod; null takes <c>c0</c>, <c>c1</c>, … by position.</summary>
    public string? Name { get; init; }

    /// <summary>The root file system: an imported image's name, or the path of a directory, a tar or a tar.gz.</summary>
    public required string Image { get; init; }

    /// <summary>Put before <see cref="Command"/>.</summary>
    public ImmutableArray<string> Entrypoint { get; init; } = [];

    /// <summary>The command and its arguments. Entrypoint and command together must not be empty.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>The working directory, absolute; made if missing. Default <c>/</c>.</summary>
    public string Workdir { get; init; } = "/";

    /// <summary>Whether it gets a terminal; null takes the pod's setting.</summary>
    public bool? Tty { get; init; }

    /// <summary>Whether the root file system stays read-only instead of getting a writable layer that vanishes with the pod.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>The environment; names are unique.</summary>
    public ImmutableArray<ContainerVariable> Envs { get; init; } = [];

    /// <summary>Who runs the command; null is root.</summary>
    public ContainerUser? User { get; init; }

    /// <summary>What is executed: entrypoint, then command (§6.2).</summary>
    public ImmutableArray<string> Arguments => Entrypoint.AddRange(Command);
}

/// <summary>A variable of a container's environment.</summary>
/// <param name="Env">The name.</param>
/// <param name="Value">The value.</param>
public sealed record ContainerVariable(string Env, string Value)
{
    /// <summary>The name only: values may be secrets (H74).</summary>
    public override string ToString() => $"{Env}=…";
}

/// <summary>Who runs a container's command; names are looked up in the container's own files.</summary>
/// <param name="Name">User name or number.</param>
/// <param name="Group">Group name or number; null is the user's own.</param>
/// <param name="AdditionalGroups">Further groups, names or numbers.</param>
public sealed record ContainerUser(string Name, string? Group, ImmutableArray<string> AdditionalGroups);
