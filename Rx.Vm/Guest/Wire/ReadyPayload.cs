using System.Text.Json.Serialization;

namespace Rx.Vm.Guest.Wire;

/// <summary>The payload of READY as it is on the wire; <see cref="GuestFeatures"/> is what the host makes of it.</summary>
internal sealed record ReadyPayload
{
    /// <summary>The name of the guest's init.</summary>
    [JsonPropertyName("init")]
    public string Init { get; set; } = "";

    /// <summary>The version of its additions to the protocol.</summary>
    [JsonPropertyName("version")]
    public int Version { get; set; }

    /// <summary>The names of its additions; a name nobody knows is not an error.</summary>
    [JsonPropertyName("features")]
    public string[] Features { get; set; } = [];
}
