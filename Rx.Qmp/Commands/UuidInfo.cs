using System.Text.Json.Serialization;

namespace Rx.Qmp.Commands;

/// <summary>The reply to query-uuid.</summary>
/// <param name="Uuid">The machine's UUID; all zeroes if none was given.</param>
public sealed record UuidInfo([property: JsonPropertyName("UUID")] Guid Uuid);
