using System.Text.Json;

namespace Rx.Qmp;

/// <summary>One entry of query-jobs, as far as it matters here.</summary>
internal sealed record JobReport(string Id, string? Type, string? Status, ulong Current, ulong Total, string? Error)
{
    /// <summary>Asks for all jobs; QEMU cannot be asked for one.</summary>
    public static QmpCommand<JobReport[]> QueryAll { get; } = QmpCommand.Create("query-jobs", null, ReadAll);

    private static JobReport[] ReadAll(ref Utf8JsonReader reader)
    {
        var list = JsonElement.ParseValue(ref reader);
        return [.. list.EnumerateArray().Select(Read)];
    }

    private static JobReport Read(JsonElement item) => new(
        item.Member("id").AsText() ?? string.Empty,
        item.Member("type").AsText(),
        item.Member("status").AsText(),
        Number(item.Member("current-progress")),
        Number(item.Member("total-progress")),
        item.Member("error").AsText());

    private static ulong Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out var number) ? number : 0;
}
