using System.Text.Json.Serialization;

namespace Rx.Qmp.Tests;

internal sealed record BigNumbers(long Above, long Min, long Max, ulong Umax);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BigNumbers))]
internal sealed partial class TestJson : JsonSerializerContext;
