using System.Collections.Immutable;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Rx.Qmp;

/// <summary>Where in a schema's bytes each entry is: made in one pass that makes no strings. Entries are read when asked about.</summary>
internal sealed class SchemaIndex
{
    /// <summary>Most entries kept; QEMU 7.2 has 1051. What follows is as if it were not there.</summary>
    private const int MostEntries = 1 << 17;

    /// <summary>Bytes in a piece of a copy: an array of more than 85,000 is never reused while warm, which costs more than all the reading.</summary>
    private const int PieceBytes = 64 * 1024;

    private readonly ReadOnlyMemory<byte>[] _pieces;
    private readonly Place[] _places;
    private readonly int _count;
    private readonly int[] _slots;

    private SchemaIndex(ReadOnlyMemory<byte>[] pieces, Place[] places, int count)
    {
        _pieces = pieces;
        _places = places;
        _count = count;
        _slots = new int[BitOperations.RoundUpToPowerOf2((uint)(count * 2) + 1)];
        for (var i = 0; i < count; i++)
        {
            ref var slot = ref Slot(Name(places[i]), places[i].Kind);
            // Of two of one name the first counts.
            slot = slot == 0 ? i + 1 : slot;
        }
    }

    /// <summary>Finds the entries of a schema whose bytes stay as they are.</summary>
    /// <exception cref="JsonException">Not an array of objects.</exception>
    public static SchemaIndex Read(ReadOnlyMemory<byte> json)
    {
        var places = FindEntries(json.Span, out var count);
        return new SchemaIndex([json], places, count);
    }

    /// <summary>Finds the entries of a schema and keeps bytes of its own.</summary>
    /// <exception cref="JsonException">Not an array of objects.</exception>
    public static SchemaIndex Copy(ReadOnlySpan<byte> json)
    {
        var places = FindEntries(json, out var count);
        return new SchemaIndex(CopyEntries(json, places.AsSpan(0, count)), places, count);
    }

    /// <summary>The bytes of the entry of that name, or none.</summary>
    public ReadOnlySpan<byte> Find(scoped ReadOnlySpan<byte> name, SchemaEntryKind kind)
    {
        var found = Slot(name, kind);
        return found == 0 ? default : Bytes(_places[found - 1]);
    }

    /// <summary>The names of the entries of a kind.</summary>
    public ImmutableArray<string> Names(SchemaEntryKind kind)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        for (var i = 0; i < _count; i++)
        {
            if (_places[i].Kind == kind)
            {
                names.Add(Encoding.UTF8.GetString(Name(_places[i])));
            }
        }

        return names.ToImmutable();
    }

    private static Place[] FindEntries(ReadOnlySpan<byte> json, out int count)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("Not an array.");
        }

        var places = new Place[(json.Length / 160) + 16];
        count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new JsonException("An entry is not an object.");
            }

            var place = ReadEntry(ref reader);
            if (place.NameLength > 0 && count < MostEntries)
            {
                if (count == places.Length)
                {
                    Array.Resize(ref places, count * 2);
                }

                places[count++] = place;
            }
        }

        if (reader.TokenType != JsonTokenType.EndArray || reader.Read())
        {
            throw new JsonException("The array has no end, or something follows it.");
        }

        return places;
    }

    /// <summary>Copies the entries, as many to a piece as fit and none cut in two, and says of each where it is now.</summary>
    private static ReadOnlyMemory<byte>[] CopyEntries(ReadOnlySpan<byte> json, Span<Place> places)
    {
        List<ReadOnlyMemory<byte>> pieces = [];
        while (!places.IsEmpty)
        {
            var start = places[0].Start;
            var count = 1;
            while (count < places.Length && places[count].End - start <= PieceBytes)
            {
                count++;
            }

            pieces.Add(json[start..places[count - 1].End].ToArray());
            foreach (ref var place in places[..count])
            {
                place = place with { Piece = pieces.Count - 1, Start = place.Start - start, NameStart = place.NameStart - start };
            }

            places = places[count..];
        }

        return [.. pieces];
    }

    private static Place ReadEntry(ref Utf8JsonReader reader)
    {
        var place = new Place { Start = (int)reader.TokenStartIndex };
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isName = reader.ValueSpan.SequenceEqual("name"u8);
            var isKind = !isName && reader.ValueSpan.SequenceEqual("meta-type"u8);
            reader.Read();
            if (isName && reader.TokenType == JsonTokenType.String)
            {
                place.NameStart = (int)reader.TokenStartIndex + 1;
                place.NameLength = reader.ValueSpan.Length;
            }
            else if (isKind && reader.TokenType == JsonTokenType.String)
            {
                place.Kind = reader.ValueSpan.SequenceEqual("command"u8) ? SchemaEntryKind.Command
                    : reader.ValueSpan.SequenceEqual("event"u8) ? SchemaEntryKind.Event
                    : SchemaEntryKind.Type;
            }
            else
            {
                reader.Skip();
            }
        }

        place.Length = (int)reader.BytesConsumed - place.Start;
        return place;
    }

    private ReadOnlySpan<byte> Bytes(in Place place) => _pieces[place.Piece].Span.Slice(place.Start, place.Length);

    private ReadOnlySpan<byte> Name(in Place place) => _pieces[place.Piece].Span.Slice(place.NameStart, place.NameLength);

    // The slot where the entry is, or where it would go: the table is at most half full.
    private ref int Slot(scoped ReadOnlySpan<byte> name, SchemaEntryKind kind)
    {
        var hash = (uint)kind;
        foreach (var one in name)
        {
            hash = (hash ^ one) * 16777619;
        }

        var mask = _slots.Length - 1;
        for (var at = (int)(hash ^ (hash >> 15)) & mask; ; at = (at + 1) & mask)
        {
            ref var slot = ref _slots[at];
            if (slot == 0 || (_places[slot - 1].Kind == kind && Name(_places[slot - 1]).SequenceEqual(name)))
            {
                return ref slot;
            }
        }
    }

    private struct Place
    {
        public int Piece;
        public int Start;
        public int Length;
        public int NameStart;
        public int NameLength;
        public SchemaEntryKind Kind;

        public readonly int End => Start + Length;
    }
}
