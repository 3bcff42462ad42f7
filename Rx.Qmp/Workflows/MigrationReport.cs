using System.Text.Json;

namespace Rx.Qmp;

/// <summary>The reply to query-migrate, as far as it matters here.</summary>
internal sealed record MigrationReport(QmpMigrationProgress Progress, string? Error)
{
    public static QmpCommand<MigrationReport> Query { get; } = QmpCommand.Create("query-migrate", null, Read);

    /// <summary>True when nothing more will happen.</summary>
    public bool IsOver => Progress.Status is null or "none" or "completed" or "failed" or "cancelled";

    private static MigrationReport Read(ref Utf8JsonReader reader)
    {
        var tree = JsonElement.ParseValue(ref reader);
        var memory = tree.Member("ram");
        var progress = new QmpMigrationProgress(
            tree.Member("status").AsText(),
            Number(memory.Member("transferred")),
            Number(memory.Member("remaining")),
            Number(memory.Member("total")));
        return new(progress, tree.Member("error-desc").AsText());
    }

    private static ulong Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out var number) ? number : 0;
}
