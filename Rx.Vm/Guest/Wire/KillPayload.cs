using System.Text.Json.Serialization;

namespace Rx.Vm.Guest.Wire;

/// <summary>The payload of KILLCONTAINER.</summary>
/// <param name="Container">The container whose first process gets the signal.</param>
/// <param name="Signal">The Linux signal number, 1 to 64.</param>
internal sealed record KillPayload(
    [property: JsonPropertyName("container")] string Container,
    [property: JsonPropertyName("signal")] int Signal);
