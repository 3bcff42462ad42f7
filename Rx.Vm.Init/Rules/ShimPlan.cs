namespace Rx.Vm.Init.Rules;

/// <summary>What the set-up process is told: everything between "a process in a new pid namespace" and execve.</summary>
internal sealed record ShimPlan
{
    /// <summary>True: join a running container; false: make one.</summary>
    public bool Joins { get; init; }

    /// <summary>The root disk's device file; unused when joining.</summary>
    public string Device { get; init; } = "";

    /// <summary>The root disk's file system.</summary>
    public string FsType { get; init; } = "";

    /// <summary>The directory on the disk that is the root; empty: the top.</summary>
    public string Rootfs { get; init; } = "";

    /// <summary>Whether the root gets a writable tmpfs on top.</summary>
    public bool Overlay { get; init; }

    /// <summary>Whether stdin and stdout are a terminal.</summary>
    public bool Terminal { get; init; }

    /// <summary>Whether stderr has a pipe of its own.</summary>
    public bool SeparateStderr { get; init; }

    /// <summary>The pod's host name.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>The working directory; made if it is missing.</summary>
    public string Workdir { get; init; } = "/";

    /// <summary>Command and arguments.</summary>
    public string[] Command { get; init; } = [];

    /// <summary>Environment names, each followed by its value.</summary>
    public string[] Variables { get; init; } = [];

    /// <summary>User name or number; empty: root.</summary>
    public string User { get; init; } = "";

    /// <summary>Group name or number; empty: the user's own.</summary>
    public string Group { get; init; } = "";

    /// <summary>Further group names or numbers.</summary>
    public string[] AdditionalGroups { get; init; } = [];

    /// <summary>Descriptors of namespaces to enter, in order.</summary>
    public int[] Namespaces { get; init; } = [];

    /// <summary>The environment as pairs.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Pairs() =>
        [.. Variables.Chunk(2).Where(p => p.Length == 2).Select(p => KeyValuePair.Create(p[0], p[1]))];
}
