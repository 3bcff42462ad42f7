using System.Text.Json;
using System.Text.Json.Serialization;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Guest.Dialects;

/// <summary>A STARTPOD of 2018; its containers follow, each by a NEWCONTAINER.</summary>
internal sealed record HyperPod(
    [property: JsonPropertyName("hostname")] string Hostname,
    [property: JsonPropertyName("shareDir")] string ShareDir);

/// <summary>A NEWCONTAINER of 2018.</summary>
internal sealed record HyperContainer(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("rootfs")] string Rootfs,
    [property: JsonPropertyName("image")] string Image,
    [property: JsonPropertyName("fstype")] string? FsType,
    [property: JsonPropertyName("process")] HyperProcess Process,
    [property: JsonPropertyName("restartPolicy")] string RestartPolicy,
    [property: JsonPropertyName("initialize")] bool Initialize,
    [property: JsonPropertyName("readOnly")] bool ReadOnly);

/// <summary>A process of 2018.</summary>
internal sealed record HyperProcess(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("user")] string? User,
    [property: JsonPropertyName("group")] string? Group,
    [property: JsonPropertyName("additionalGroups")] string[]? AdditionalGroups,
    [property: JsonPropertyName("terminal")] bool Terminal,
    [property: JsonPropertyName("stdio")] ulong Stdio,
    [property: JsonPropertyName("stderr")] ulong? Stderr,
    [property: JsonPropertyName("args")] string[] Args,
    [property: JsonPropertyName("envs")] EnvPayload[]? Envs,
    [property: JsonPropertyName("workdir")] string Workdir);

/// <summary>An EXECCMD of 2018.</summary>
internal sealed record HyperExec(
    [property: JsonPropertyName("container")] string Container,
    [property: JsonPropertyName("process")] HyperProcess Process);

/// <summary>A WINSIZE of 2018.</summary>
internal sealed record HyperWindowSize(
    [property: JsonPropertyName("container")] string Container,
    [property: JsonPropertyName("process")] string Process,
    [property: JsonPropertyName("row")] ushort Row,
    [property: JsonPropertyName("column")] ushort Column);

/// <summary>A SIGNALPROCESS.</summary>
internal sealed record HyperSignal(
    [property: JsonPropertyName("container")] string Container,
    [property: JsonPropertyName("process")] string Process,
    [property: JsonPropertyName("signal")] int Signal);

/// <summary>A PROCESSASYNCEVENT. Every key but <c>info</c> must be there.</summary>
internal sealed record HyperEvent(
    [property: JsonPropertyName("container")] string Container,
    [property: JsonPropertyName("process")] string Process,
    [property: JsonPropertyName("event")] string Event,
    [property: JsonPropertyName("status")] int Status)
{
    /// <summary>Reads one; null: it is none.</summary>
    public static HyperEvent? Read(ReadOnlySpan<byte> payload)
    {
        try
        {
            return JsonSerializer.Deserialize(payload, HyperJson.Default.HyperEvent);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A lone surrogate surfaces as InvalidOperationException, not as JsonException.
            return null;
        }
    }
}

/// <summary>The JSON of hyperstart: compact, null keys left out.</summary>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    MaxDepth = 16)]
[JsonSerializable(typeof(HyperPod))]
[JsonSerializable(typeof(HyperContainer))]
[JsonSerializable(typeof(HyperExec))]
[JsonSerializable(typeof(HyperWindowSize))]
[JsonSerializable(typeof(HyperSignal))]
[JsonSerializable(typeof(HyperEvent))]
internal sealed partial class HyperJson : JsonSerializerContext;
