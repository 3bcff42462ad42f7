using System.Text.Json.Serialization;

namespace Rx.Vm.Guest.Wire;

/// <summary>The payload of EXECCMD. A null key is left out and means: as the container's own first process.</summary>
internal sealed record ExecPayload
{
    /// <summary>The container to run in.</summary>
    [JsonPropertyName("container")]
    public string Container { get; set; } = "";

    /// <summary>The session of stdin and stdout, and of the exit frame.</summary>
    [JsonPropertyName("seq")]
    public ulong Seq { get; set; }

    /// <summary>The session of stderr; null on a terminal. Feature <c>pipes</c>.</summary>
    [JsonPropertyName("stderr")]
    public ulong? Stderr { get; set; }

    /// <summary>Bytes of stdout that may be sent before a WINDOW allows more; null: any number. Feature <c>window</c>.</summary>
    [JsonPropertyName("window")]
    public int? Window { get; set; }

    /// <summary>The same for stderr.</summary>
    [JsonPropertyName("stderrWindow")]
    public int? StderrWindow { get; set; }

    /// <summary>Milliseconds after which the process, and everything it started, is killed; null: never. Feature <c>exec-signal</c>.</summary>
    [JsonPropertyName("timeout")]
    public int? Timeout { get; set; }

    /// <summary>True: its end is told by PROCESSEND, and there is no exit frame. Feature <c>ends</c>.</summary>
    [JsonPropertyName("ends")]
    public bool? Ends { get; set; }

    /// <summary>False: pipes instead of a terminal. Null means a terminal. Feature <c>pipes</c>.</summary>
    [JsonPropertyName("terminal")]
    public bool? Terminal { get; set; }

    /// <summary>The command and its arguments; never empty.</summary>
    [JsonPropertyName("cmd")]
    public string[] Cmd { get; set; } = [];

    /// <summary>Variables on top of the container's.</summary>
    [JsonPropertyName("envs")]
    public EnvPayload[]? Envs { get; set; }

    /// <summary>The working directory.</summary>
    [JsonPropertyName("workdir")]
    public string? Workdir { get; set; }

    /// <summary>Name or number. Feature <c>user</c>.</summary>
    [JsonPropertyName("user")]
    public string? User { get; set; }
}
