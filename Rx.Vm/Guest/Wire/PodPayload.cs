using System.Text.Json.Serialization;

namespace Rx.Vm.Guest.Wire;

/// <summary>The payload of STARTPOD. All three keys are always written.</summary>
internal sealed record PodPayload
{
    /// <summary>The pod's host name: at most 64 bytes.</summary>
    [JsonPropertyName("hostname")]
    public string Hostname { get; set; } = "";

    /// <summary>The containers, in the order in which FINISHPOD reports their exit codes.</summary>
    [JsonPropertyName("containers")]
    public ContainerPayload[] Containers { get; set; } = [];

    /// <summary>The tag of the shared directory.</summary>
    [JsonPropertyName("shareDir")]
    public string ShareDir { get; set; } = "share_dir";
}
