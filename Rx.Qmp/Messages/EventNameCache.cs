using System.Text;
using System.Text.Json;

namespace Rx.Qmp;

/// <summary>Gives equal event names one string, so a flood of events does not make a string each. Fixed size: a server inventing names
/// only evicts. Belongs to the reader loop.</summary>
internal sealed class EventNameCache
{
    private const int Entries = 64;
    private const int LongestCached = 64;

    private readonly (byte[] Utf8, string Text)[] _entries = new (byte[], string)[Entries];

    /// <summary>The name a header points at.</summary>
    public string Get(ReadOnlySpan<byte> frame, in MessageHeader header)
    {
        var name = frame[header.Name];
        return header.NameIsEscaped ? Decode(name) : Get(name);
    }

    /// <summary>A name without escapes.</summary>
    public string Get(ReadOnlySpan<byte> name)
    {
        if (name.Length > LongestCached)
        {
            return Encoding.UTF8.GetString(name);
        }

        // Length, ends and middle tell QEMU's own names apart well enough for 64 entries.
        var hash = name.IsEmpty ? 0 : (name.Length * 31) + (name[0] * 7) + (name[^1] * 17) + (name[name.Length / 2] * 3);
        ref var entry = ref _entries[hash & (Entries - 1)];
        if (entry.Utf8 is null || !name.SequenceEqual(entry.Utf8))
        {
            entry = (name.ToArray(), Encoding.UTF8.GetString(name));
        }

        return entry.Text;
    }

    private static string Decode(ReadOnlySpan<byte> escaped)
    {
        byte[] quoted = [(byte)'"', .. escaped, (byte)'"'];
        var reader = new Utf8JsonReader(quoted);
        return reader.Read() ? LenientJson.ReadText(ref reader) : string.Empty;
    }
}
