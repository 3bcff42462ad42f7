using System.Buffers.Text;
using System.Globalization;

namespace Rx.Vm.Images.Archives;

/// <summary>
/// The records of pax headers, "LENGTH KEY=VALUE\n" each: those of one entry over those for all that follow. An empty value takes a record
/// back.
/// </summary>
internal sealed class PaxRecords
{
    private const long FractionsEnd = 10_000_000_000;
    private readonly Dictionary<string, string> _values = [];
    private readonly List<SparsePiece> _pieces = [];
    private long? _pieceOffset;

    public PaxRecords()
    {
    }

    /// <summary>A copy, for an entry to add its own to.</summary>
    public PaxRecords(PaxRecords global) => _values = new Dictionary<string, string>(global._values);

    /// <summary>Every record that counts, the pieces of a sparse file apart.</summary>
    public IEnumerable<KeyValuePair<string, string>> All => _values;

    /// <summary>The oldest pax form of a sparse file gives every piece a pair of records, so keys repeat.</summary>
    public List<SparsePiece> Pieces => _pieces;

    public string? this[string key] => _values.GetValueOrDefault(key);

    /// <summary>Adds the records of a header.</summary>
    /// <returns>False when they make no sense.</returns>
    public bool TryAdd(ReadOnlySpan<byte> records)
    {
        while (!records.IsEmpty)
        {
            if (!Utf8Parser.TryParse(records, out int length, out var digits)
                || length <= digits + 2
                || length > records.Length
                || records[digits] != ' '
                || records[length - 1] != '\n')
            {
                // A header may be padded with zeros.
                return !records.ContainsAnyExcept((byte)0);
            }

            var record = records[(digits + 1)..(length - 1)];
            var equals = record.IndexOf((byte)'=');
            if (equals <= 0 || !Add(ByteText.From(record[..equals]), ByteText.From(record[(equals + 1)..])))
            {
                return false;
            }

            records = records[length..];
        }

        return true;
    }

    /// <summary>A decimal number without sign; null for anything else.</summary>
    public static long? Digits(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>A number; <paramref name="malformed"/> when the record is there and is none.</summary>
    public long? Number(string key, out bool malformed)
    {
        var text = this[key];
        malformed = false;
        if (text is null)
        {
            return null;
        }

        malformed = !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value);
        return malformed ? null : value;
    }

    /// <summary>A time in seconds, rounded down: the fraction has no room in an image.</summary>
    public long? Seconds(string key, out bool malformed)
    {
        var text = this[key];
        malformed = false;
        if (text is null)
        {
            return null;
        }

        malformed = !decimal.TryParse(
            text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds);

        // Far outside of what an image holds: the importer clamps it, and says so.
        return malformed ? null : (long)Math.Floor(Math.Clamp(seconds, -FractionsEnd, FractionsEnd));
    }

    private bool Add(string key, string value)
    {
        if (value.Length == 0 && !key.Contains("xattr.", StringComparison.Ordinal))
        {
            _values.Remove(key);
            return true;
        }

        if (key is "GNU.sparse.offset" or "GNU.sparse.numbytes")
        {
            return AddPiece(key, value);
        }

        _values[key] = value;
        return true;
    }

    private bool AddPiece(string key, string value)
    {
        if (Digits(value) is not { } number)
        {
            return false;
        }

        if (key == "GNU.sparse.offset")
        {
            _pieceOffset = number;
            return true;
        }

        if (_pieceOffset is not { } offset)
        {
            return false;
        }

        _pieces.Add(new SparsePiece(offset, number));
        _pieceOffset = null;
        return true;
    }
}
