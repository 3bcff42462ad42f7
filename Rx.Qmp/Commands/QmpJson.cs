using System.Text.Json.Serialization;

namespace Rx.Qmp.Commands;

/// <summary>Source-generated descriptions of the reply types in this folder, for <c>QmpReply.As</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower)]
[JsonSerializable(typeof(StatusInfo))]
[JsonSerializable(typeof(NameInfo))]
[JsonSerializable(typeof(UuidInfo))]
public sealed partial class QmpJson : JsonSerializerContext;
