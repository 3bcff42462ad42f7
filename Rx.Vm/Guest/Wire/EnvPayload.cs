using System.Text.Json.Serialization;

namespace Rx.Vm.Guest.Wire;

/// <summary>One environment variable.</summary>
/// <param name="Env">The name: not empty, no equals sign.</param>
/// <param name="Value">The value.</param>
internal sealed record EnvPayload(
    [property: JsonPropertyName("env")] string Env,
    [property: JsonPropertyName("value")] string Value);
