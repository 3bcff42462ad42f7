using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Rx.Vm.Lifecycle;
using Rx.Vm.Text;

namespace Rx.Vm.Journal;

/// <summary>
/// Reads the JSON of records. Strict: a member nobody wrote, a value out of its range or a wrong type is a null result, because a record
/// that is understood in part can't be replayed.
/// </summary>
internal static class JournalJsonReader
{
    // Trees of depth 2 are all there is.
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 4 };

    /// <summary>The header, or null.</summary>
    public static JournalHeader? ReadHeader(ReadOnlyMemory<byte> payload) => Read(payload, root =>
    {
        var header = new JournalHeader { VmId = "" };
        foreach (var member in root.EnumerateObject())
        {
            var next = member.Name switch
            {
                "vm" => header with { VmId = member.Value.GetString()! },
                "keep" when JournalNames<KeepMode>.Find(member.Value.GetString()) is { } keep => header with { Keep = keep },
                "created" => header with { CreatedAt = member.Value.GetDateTimeOffset() },
                "timeouts" when ReadTimeouts(member.Value) is { } timeouts => header with { Timeouts = timeouts },
                _ => null,
            };
            if (next is null)
            {
                return null;
            }

            header = next;
        }

        return Identifiers.IsValid(header.VmId) ? header : null;
    });

    /// <summary>The entry or the gap, or nulls for something else.</summary>
    public static (JournalEntry? Entry, JournalGap? Gap) ReadRecord(ReadOnlyMemory<byte> payload)
    {
        var read = Read(payload, root => root.TryGetProperty("gap"u8, out var first)
            ? new Record(null, new JournalGap(first.GetInt64(), root.GetProperty("count"u8).GetInt64()))
            : new Record(ReadEntry(root), null));
        return read?.Gap is { First: < 1 } or { Count: < 1 } ? (null, null) : (read?.Entry, read?.Gap);
    }

    private static T? Read<T>(ReadOnlyMemory<byte> payload, Func<JsonElement, T?> read)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(payload, Options);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException
            or OverflowException or ArgumentException)
        {
            return null;
        }
    }

    private static VmTimeouts? ReadTimeouts(JsonElement members)
    {
        var timeouts = new VmTimeouts();
        foreach (var member in members.EnumerateObject())
        {
            if (TimeoutNames.With(timeouts, member.Name, TimeSpan.FromTicks(member.Value.GetInt64())) is not { } next)
            {
                return null;
            }

            timeouts = next;
        }

        return timeouts.Invalid() is null ? timeouts : null;
    }

    private static JournalEntry? ReadEntry(JsonElement root)
    {
        var (index, at, kind, phase) = (0L, -1L, (VmEventKind?)null, (VmPhase?)null);
        var (e, outcome) = (new VmEvent(default(VmEventKind)), default(JournalOutcome));
        foreach (var member in root.EnumerateObject())
        {
            var value = member.Value;
            switch (member.Name)
            {
                case "i":
                    index = value.GetInt64();
                    break;
                case "at":
                    at = value.GetInt64();
                    break;
                case "event":
                    kind = JournalNames<VmEventKind>.Find(value.GetString());
                    break;
                case "operand":
                    e = e with { Operand = value.GetInt32() };
                    break;
                case "token":
                    e = e with { Token = value.GetInt64() };
                    break;
                case "pod":
                    e = e with { PodId = value.GetString() };
                    break;
                case "labels":
                    e = e with { Labels = ReadLabels(value) };
                    break;
                case "text":
                    e = e with { Text = value.GetString() };
                    break;
                case "codes":
                    e = e with { ExitCodes = new(ImmutableArray.CreateRange(value.EnumerateArray().Select(code => code.GetInt32()))) };
                    break;
                case "phase":
                    phase = JournalNames<VmPhase>.Find(value.GetString());
                    break;
                case "reason" when JournalNames<VmReason>.Find(value.GetString()) is { } reason:
                    outcome = outcome with { Reason = reason };
                    break;
                case "fx":
                    outcome = outcome with { Effects = (VmEffects)value.GetUInt32() };
                    break;
                case "digest":
                    outcome = outcome with { Digest = ReadDigest(value.GetString()) };
                    break;
                default:
                    return null;
            }
        }

        return index > 0 && at >= 0 && kind is { } k && phase is { } p
            ? new JournalEntry(index, TimeSpan.FromTicks(at), e with { Kind = k }, outcome with { Phase = p })
            : null;
    }

    private static LabelSet ReadLabels(JsonElement members) => new(members.EnumerateObject()
        .Select(label => KeyValuePair.Create(label.Name, label.Value.GetString() ?? throw new FormatException())));

    private static ulong ReadDigest(string? digits) => digits is { Length: 16 }
        ? ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
        : throw new FormatException();

    private sealed record Record(JournalEntry? Entry, JournalGap? Gap);
}
