using System.Collections.Immutable;
using Rx.Values;

namespace Rx.Vm.Pods;

/// <summary>One container of a pod.</summary>
public sealed record ContainerSpec
{
    private readonly ListField<string> _entrypoint = ImmutableArray<string>.Empty;
    private readonly ListField<string> _command = ImmutableArray<string>.Empty;
    private readonly ListField<ContainerVariable> _envs = ImmutableArray<ContainerVariable>.Empty;

    /// <summary>The name, unique in the pod; null takes <c>c0</c>, <c>c1</c>, … by position.</summary>
    public string? Name { get; init; }

    /// <summary>The root file system: an imported image's name; where the host's <see cref="Images.ImageStoreOptions.Sources"/> allow it, also the path of a
    /// directory, a tar or a tar.gz on the host.</summary>
    public required string Image { get; init; }

    /// <summary>Put before <see cref="Command"/>. At most 1024 entries, each at most 131,071 bytes of UTF-8.</summary>
    public ImmutableArray<string> Entrypoint { get => _entrypoint; init => _entrypoint = value; }

    /// <summary>
    /// The command and its arguments. Entrypoint and command together must not be empty; limits as of <see cref="Entrypoint"/>.
    /// </summary>
    public ImmutableArray<string> Command { get => _command; init => _command = value; }

    /// <summary>The working directory, absolute, at most 4095 bytes of UTF-8; made if missing. Default <c>/</c>.</summary>
    public string Workdir { get; init; } = "/";

    /// <summary>Whether it gets a terminal; null takes the pod's setting.</summary>
    public bool? Tty { get; init; }

    /// <summary>Whether the root file system stays read-only instead of getting a writable layer that vanishes with the pod.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>What happens when nobody reads its output fast enough. Default: it waits, with 256 KiB unread.</summary>
    public OutputPolicy Output { get; init; }

    /// <summary>The same for its standard error.</summary>
    public OutputPolicy Error { get; init; }

    /// <summary>The environment: at most 1024 variables with unique names, each at most 131,071 bytes of UTF-8 as <c>NAME=value</c>.</summary>
    public ImmutableArray<ContainerVariable> Envs { get => _envs; init => _envs = value; }

    /// <summary>Who runs the command; null is root.</summary>
    public ContainerUser? User { get; init; }

    /// <summary>What is executed: entrypoint, then command.</summary>
    public ImmutableArray<string> Arguments => [.. Entrypoint.IsDefault ? [] : Entrypoint, .. Command.IsDefault ? [] : Command];

    // What it is called at this place of a pod.
    internal string NameAt(int index) => Name ?? $"c{index}";
}

/// <summary>A variable of a container's environment.</summary>
/// <param name="Env">The name.</param>
/// <param name="Value">The value.</param>
public sealed record ContainerVariable(string Env, string Value)
{
    /// <summary>The name only: values may be secrets.</summary>
    public override string ToString() => $"{Env}=…";
}

/// <summary>Who runs a container's command; names are looked up in the container's own files.</summary>
/// <param name="Name">User name or number.</param>
/// <param name="Group">Group name or number; null is the user's own.</param>
/// <param name="AdditionalGroups">Further groups, names or numbers.</param>
public sealed record ContainerUser(string Name, string? Group, ImmutableArray<string> AdditionalGroups)
{
    private readonly ListField<string> _additionalGroups = AdditionalGroups;

    /// <summary>Further groups, names or numbers.</summary>
    public ImmutableArray<string> AdditionalGroups { get => _additionalGroups; init => _additionalGroups = value; }
}
