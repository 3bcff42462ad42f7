using System.Text.Json.Serialization;

namespace Rx.Vm.Guest.Wire;

/// <summary>The payload of WINSIZE.</summary>
/// <param name="Seq">The session of the terminal.</param>
/// <param name="Row">Lines, from 1.</param>
/// <param name="Column">Columns, from 1.</param>
internal sealed record WindowSizePayload(
    [property: JsonPropertyName("seq")] ulong Seq,
    [property: JsonPropertyName("row")] ushort Row,
    [property: JsonPropertyName("column")] ushort Column);
