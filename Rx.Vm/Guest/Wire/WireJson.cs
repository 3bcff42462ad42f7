using System.Text.Json.Serialization;

namespace Rx.Vm.Guest.Wire;

/// <summary>
/// The one JSON context of the guest protocol: compact, null keys left out, unknown keys ignored, duplicate keys and nulls where the record
/// has none refused, nesting bounded.
/// </summary>
/// <remarks>
/// The payloads have setters, not init accessors: for those the source generator builds the record through a constructor, and a key that
/// is absent then leaves null where the property's initial value should be.
/// </remarks>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    MaxDepth = 16)]
[JsonSerializable(typeof(PodPayload))]
[JsonSerializable(typeof(ContainerPayload))]
[JsonSerializable(typeof(ExecPayload))]
[JsonSerializable(typeof(WindowSizePayload))]
[JsonSerializable(typeof(KillPayload))]
[JsonSerializable(typeof(SignalExecPayload))]
[JsonSerializable(typeof(ReadyPayload))]
internal sealed partial class WireJson : JsonSerializerContext;
