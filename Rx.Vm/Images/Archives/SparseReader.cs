using System.Text;

namespace Rx.Vm.Images.Archives;

/// <summary>
/// Finds the map of a sparse file, in the four forms GNU tar has used: blocks behind its own header, pax records (0.0 and 0.1), and lines
/// before the content (1.0). The form of star is told apart and refused.
/// </summary>
internal static class SparseReader
{
    private const int MaxPieces = 1 << 20;
    private const int MaxDigits = 19;

    /// <summary>Reads the map of the file whose header was just read, and checks that it fits.</summary>
    /// <returns>The entry with its map and its true size; or as it was, when it is not sparse.</returns>
    /// <exception cref="ImageException">The map makes no sense, or is of a form that is not read.</exception>
    public static async Task<TarEntry> ReadAsync(
        TarEntry entry, PaxRecords pax, TarBlocks blocks, ArchiveErrors errors, CancellationToken ct)
    {
        var header = new TarHeader(blocks.Block);
        var (isGnuType, isGnu, headerSize) = (header.Type == 'S', header.IsGnu, header.Type == 'S' ? header.SparseRealSize : null);
        var real = pax.Number("GNU.sparse.realsize", out var bad) ?? pax.Number("GNU.sparse.size", out bad) ?? headerSize;
        var map = new List<SparsePiece>();
        var stored = entry.StoredBytes;
        if (isGnuType)
        {
            bad |= !isGnu || !await ReadBlocksAsync(map, blocks, errors.WhereIn(entry), ct).ConfigureAwait(false);
        }
        else if (pax["GNU.sparse.major"] is { } major)
        {
            var lines = major == "1" && pax["GNU.sparse.minor"] == "0"
                ? await ReadLinesAsync(stored, map, blocks, errors.WhereIn(entry), ct).ConfigureAwait(false)
                : null;
            bad |= lines is null;
            stored -= lines ?? 0;
        }
        else if (real is not null || bad || pax["GNU.sparse.map"] is not null || pax.Pieces.Count > 0)
        {
            bad |= !TryReadRecords(pax, map);
        }
        else if (pax["SCHILY.filetype"] is null or "regular")
        {
            return entry;
        }

        if (bad || real is not { } size || size < 0 || map.Count > MaxPieces)
        {
            throw errors.BadEntry(entry.Name, "is a sparse file of a form that is not read; archive it with GNU tar");
        }

        return Fits(map, size, stored)
            ? entry with { Size = size, StoredBytes = stored, Pieces = map }
            : throw errors.BadEntry(entry.Name, "is a sparse file whose map does not fit its content");
    }

    private static async Task<bool> ReadBlocksAsync(List<SparsePiece> map, TarBlocks blocks, string where, CancellationToken ct)
    {
        var continues = new TarHeader(blocks.Block).SparseContinues;
        var understood = new TarHeader(blocks.Block).TryReadSparse(map);
        while (understood && continues && map.Count <= MaxPieces)
        {
            await blocks.ReadBlockAsync(where, ct).ConfigureAwait(false);
            understood = TarHeader.TryReadSparseExtension(blocks.Block, map, out continues);
        }

        return understood;
    }

    private static bool TryReadRecords(PaxRecords pax, List<SparsePiece> map)
    {
        if (pax["GNU.sparse.map"] is not { } list)
        {
            map.AddRange(pax.Pieces);
            return true;
        }

        var numbers = list.Split(',');
        for (var i = 0; i + 1 < numbers.Length; i += 2)
        {
            if (PaxRecords.Digits(numbers[i]) is not { } offset || PaxRecords.Digits(numbers[i + 1]) is not { } length)
            {
                return false;
            }

            map.Add(new SparsePiece(offset, length));
        }

        return numbers.Length % 2 == 0;
    }

    // A count and pairs of numbers, a line each, in whole blocks before the content. Gives the bytes of these blocks.
    private static async Task<long?> ReadLinesAsync(
        long stored, List<SparsePiece> map, TarBlocks blocks, string where, CancellationToken ct)
    {
        var line = new StringBuilder();
        var numbers = new List<long>();
        long used = 0;
        while (numbers.Count == 0 || numbers.Count < 1 + (2 * numbers[0]))
        {
            used += TarHeader.BlockBytes;
            if (used > stored)
            {
                return null;
            }

            await blocks.ReadBlockAsync(where, ct).ConfigureAwait(false);
            if (!TryReadLines(blocks.Block, line, numbers))
            {
                return null;
            }
        }

        for (var i = 1; i < numbers.Count; i += 2)
        {
            map.Add(new SparsePiece(numbers[i], numbers[i + 1]));
        }

        return used;
    }

    private static bool TryReadLines(byte[] block, StringBuilder line, List<long> numbers)
    {
        foreach (var character in block)
        {
            if (numbers.Count > 0 && numbers.Count == 1 + (2 * numbers[0]))
            {
                // The rest of the block is padding.
                return true;
            }

            if (character != '\n')
            {
                if (line.Append((char)character).Length > MaxDigits)
                {
                    return false;
                }
            }
            else if (PaxRecords.Digits(line.ToString()) is { } number && (numbers.Count > 0 || number <= MaxPieces))
            {
                numbers.Add(number);
                line.Clear();
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    // The pieces lie in order inside the file, and are together what the archive holds. Only the last may end inside of a block: where the next
    // would begin then, programs do not agree.
    private static bool Fits(List<SparsePiece> map, long size, long stored)
    {
        long end = 0, sum = 0;
        foreach (var (offset, length) in map)
        {
            if (offset < end || length < 0 || offset > size || length > size - offset || (length > 0 && TarBlocks.Padding(sum) != 0))
            {
                return false;
            }

            end = offset + length;
            sum += length;
        }

        return sum == stored;
    }
}
