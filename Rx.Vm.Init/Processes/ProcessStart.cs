using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Processes;

/// <summary>What is needed to start a process.</summary>
internal sealed record ProcessStart
{
    /// <summary>For messages: "container web", "exec in web".</summary>
    public required string Name { get; init; }

    /// <summary>The session of stdin and stdout.</summary>
    public required ulong Session { get; init; }

    /// <summary>The session of stderr; null: the same as stdout.</summary>
    public ulong? Stderr { get; init; }

    /// <summary>Bytes of stdout that may be sent before the host allows more; null: any number.</summary>
    public int? Window { get; init; }

    /// <summary>The same for stderr.</summary>
    public int? StderrWindow { get; init; }

    /// <summary>The session of the container whose exec it is; null: a container's own process.</summary>
    public ulong? ExecIn { get; init; }

    /// <summary>Whether its end is told by a message of its own; an exec's otherwise by an exit frame behind its main session.</summary>
    public bool TellsEnd { get; init; }

    /// <summary>Milliseconds until it is killed with everything it started; null: never.</summary>
    public int? Timeout { get; init; }

    /// <summary>What the set-up process does; the namespaces are filled in by the launcher.</summary>
    public required ShimPlan Plan { get; init; }
}
