using System.Buffers.Text;

namespace Rx.Vm.Images;

/// <summary>
/// The records of a pax extended header, each "LENGTH KEY=VALUE\n". sqfstar 4.5 gives up on a modification time in whole seconds, which
/// is what .NET's own tar writer puts into every entry; the header proper has the same time, so the record is renamed to one that is
/// ignored. Nothing moves: the new key is as long as the old.
/// </summary>
internal static class PaxRecords
{
    /// <summary>Renames the time and finds a size, which replaces that of the entry the header belongs to.</summary>
    /// <returns>False when the records make no sense; what was seen up to there is done.</returns>
    public static bool Patch(Span<byte> records, out long? size)
    {
        size = null;
        while (!records.IsEmpty)
        {
            if (!Utf8Parser.TryParse(records, out int length, out var digits)
                || length <= digits + 1
                || length > records.Length
                || records[digits] != ' '
                || records[length - 1] != '\n')
            {
                return false;
            }

            var record = records[(digits + 1)..(length - 1)];
            if (record.StartsWith("mtime="u8))
            {
                record[0] = (byte)'a';
            }
            else if (record.StartsWith("size="u8))
            {
                if (!Utf8Parser.TryParse(record[5..], out long value, out var used) || used != record.Length - 5 || value < 0)
                {
                    return false;
                }

                size = value;
            }

            records = records[length..];
        }

        return true;
    }
}
