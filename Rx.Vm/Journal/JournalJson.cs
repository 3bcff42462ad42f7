using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Journal;

/// <summary>
/// Writes the JSON of records. Times are ticks of 100 ns, so that nothing is rounded; members that say nothing are left out.
/// </summary>
internal static class JournalJson
{
    // No HTML is near: escaping less keeps other scripts readable and the records small.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The first record.</summary>
    public static void Write(IBufferWriter<byte> output, JournalHeader header)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteString("vm"u8, header.VmId);
        json.WriteString("keep"u8, header.Keep.ToString());
        json.WriteString("created"u8, header.CreatedAt);
        json.WriteStartObject("timeouts"u8);
        foreach (var (name, value) in TimeoutNames.Of(header.Timeouts))
        {
            json.WriteNumber(name, value.Ticks);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>A record for an event.</summary>
    public static void Write(IBufferWriter<byte> output, JournalEntry entry)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteNumber("i"u8, entry.Index);
        json.WriteNumber("at"u8, entry.At.Ticks);
        json.WriteString("event"u8, entry.Event.Kind.ToString());
        WriteDetails(json, entry.Event);
        json.WriteString("phase"u8, entry.Outcome.Phase.ToString());
        if (entry.Outcome.Reason != VmReason.None)
        {
            json.WriteString("reason"u8, entry.Outcome.Reason.ToString());
        }

        json.WriteNumber("fx"u8, (uint)entry.Outcome.Effects);
        json.WriteString("digest"u8, entry.Outcome.Digest.ToString("x16", CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    /// <summary>A record for events that were dropped.</summary>
    public static void Write(IBufferWriter<byte> output, JournalGap gap)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteNumber("gap"u8, gap.First);
        json.WriteNumber("count"u8, gap.Count);
        json.WriteEndObject();
    }

    private static void WriteDetails(Utf8JsonWriter json, VmEvent e)
    {
        if (e.Operand != 0)
        {
            json.WriteNumber("operand"u8, e.Operand);
        }

        if (e.Token != 0)
        {
            json.WriteNumber("token"u8, e.Token);
        }

        if (e.PodId is { } pod)
        {
            json.WriteString("pod"u8, pod);
        }

        if (e.Labels.Count > 0)
        {
            json.WriteStartObject("labels"u8);
            foreach (var (name, value) in e.Labels)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        if (e.Text is { } text)
        {
            json.WriteString("text"u8, text);
        }

        if (e.ExitCodes.Count > 0)
        {
            json.WriteStartArray("codes"u8);
            foreach (var code in e.ExitCodes)
            {
                json.WriteNumberValue(code);
            }

            json.WriteEndArray();
        }
    }
}
