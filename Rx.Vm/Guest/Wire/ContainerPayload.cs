using System.Text.Json.Serialization;

namespace Rx.Vm.Guest.Wire;

/// <summary>One container of a STARTPOD. A null key is left out; the others are always written.</summary>
internal sealed record ContainerPayload
{
    /// <summary>The container's id.</summary>
    [JsonPropertyName("id")]
    public string Id { get; set; } = "";

    /// <summary>A directory below the root disk or share to use as root; empty: the top.</summary>
    [JsonPropertyName("rootfs")]
    public string Rootfs { get; set; } = "";

    /// <summary>
    /// The root disk's device name without /dev, or a path inside the share; empty when <see cref="Serial"/> names the disk.
    /// </summary>
    [JsonPropertyName("image")]
    public string Image { get; set; } = "";

    /// <summary>The root disk's file system; null for a directory in the share.</summary>
    [JsonPropertyName("fstype")]
    public string? FsType { get; set; }

    /// <summary>The root disk's serial. Feature <c>serial-disk</c>.</summary>
    [JsonPropertyName("serial")]
    public string? Serial { get; set; }

    /// <summary>True: a writable tmpfs over the root. Feature <c>overlay</c>.</summary>
    [JsonPropertyName("overlay")]
    public bool? Overlay { get; set; }

    /// <summary>The session of stdin and stdout.</summary>
    [JsonPropertyName("tty")]
    public ulong Tty { get; set; }

    /// <summary>The session of stderr; null on a terminal: stderr goes to <see cref="Tty"/>.</summary>
    [JsonPropertyName("stderr")]
    public ulong? Stderr { get; set; }

    /// <summary>Bytes of stdout that may be sent before a WINDOW allows more; null: any number. Feature <c>window</c>.</summary>
    [JsonPropertyName("window")]
    public int? Window { get; set; }

    /// <summary>The same for stderr.</summary>
    [JsonPropertyName("stderrWindow")]
    public int? StderrWindow { get; set; }

    /// <summary>True: its end is told by PROCESSEND. Feature <c>ends</c>.</summary>
    [JsonPropertyName("ends")]
    public bool? Ends { get; set; }

    /// <summary>False: pipes instead of a terminal. Null means a terminal. Feature <c>pipes</c>.</summary>
    [JsonPropertyName("terminal")]
    public bool? Terminal { get; set; }

    /// <summary>The working directory.</summary>
    [JsonPropertyName("workdir")]
    public string Workdir { get; set; } = "/";

    /// <summary>The command and its arguments; never empty.</summary>
    [JsonPropertyName("cmd")]
    public string[] Cmd { get; set; } = [];

    /// <summary>The environment; nothing is inherited.</summary>
    [JsonPropertyName("envs")]
    public EnvPayload[] Envs { get; set; } = [];

    /// <summary>Name or number. Feature <c>user</c>.</summary>
    [JsonPropertyName("user")]
    public string? User { get; set; }

    /// <summary>Name or number. Feature <c>user</c>.</summary>
    [JsonPropertyName("group")]
    public string? Group { get; set; }

    /// <summary>Names or numbers. Feature <c>user</c>.</summary>
    [JsonPropertyName("additionalGroups")]
    public string[]? AdditionalGroups { get; set; }

    /// <summary><c>never</c>, <c>onFailure</c> or <c>always</c>.</summary>
    [JsonPropertyName("restartPolicy")]
    public string RestartPolicy { get; set; } = "never";
}
