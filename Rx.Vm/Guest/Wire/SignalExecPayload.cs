using System.Text.Json.Serialization;

namespace Rx.Vm.Guest.Wire;

/// <summary>The payload of SIGNALEXEC.</summary>
/// <param name="Seq">The main session of the process.</param>
/// <param name="Signal">The Linux signal number, 1 to 64.</param>
internal sealed record SignalExecPayload(
    [property: JsonPropertyName("seq")] ulong Seq,
    [property: JsonPropertyName("signal")] int Signal);
