using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Rx.Vm.Images.Archives;

/// <summary>
/// Writes the plainest tar there is for the tool that makes images: GNU headers, long names in blocks of their own, large numbers in binary,
/// attributes in pax records, owners by number only. Nothing of it needs the tool's more colourful habits.
/// </summary>
/// <param name="target">Where it goes.</param>
internal sealed class TarWriter(Stream target)
{
    private const int MaxField = 100;
    private readonly byte[] _block = new byte[TarHeader.BlockBytes];

    /// <summary>Writes a file with its content, which must be as long as the entry says.</summary>
    public async Task WriteFileAsync(
        string path, TarEntry entry, uint seconds, Func<Stream, CancellationToken, Task> content, CancellationToken ct)
    {
        await WriteHeaderAsync(path, entry, seconds, "", ct).ConfigureAwait(false);
        await content(target, ct).ConfigureAwait(false);
        await PadAsync(entry.Size, ct).ConfigureAwait(false);
    }

    /// <summary>Writes the headers of an entry.</summary>
    /// <param name="path">Its path, without a slash at either end.</param>
    /// <param name="entry">What it is.</param>
    /// <param name="seconds">Its time, from 0 to 2^32-1.</param>
    /// <param name="linkTo">The target of a link.</param>
    /// <param name="ct">Ends the writing.</param>
    public async Task WriteHeaderAsync(string path, TarEntry entry, uint seconds, string linkTo, CancellationToken ct)
    {
        if (entry.Attributes.Count > 0)
        {
            await WriteTextAsync('x', [.. entry.Attributes.SelectMany(a => Record($"SCHILY.xattr.{a.Key}={a.Value}"))], ct).ConfigureAwait(false);
        }

        if (path.Length > MaxField)
        {
            await WriteTextAsync('L', [.. ByteText.Bytes(path), 0], ct).ConfigureAwait(false);
        }

        if (linkTo.Length > MaxField)
        {
            await WriteTextAsync('K', [.. ByteText.Bytes(linkTo), 0], ct).ConfigureAwait(false);
        }

        Start(path, Type(entry.Kind), entry.Kind == TarKind.File ? entry.Size : 0);
        Put(157, MaxField, linkTo);
        Number(100, 8, entry.Mode);
        Number(108, 8, entry.Uid);
        Number(116, 8, entry.Gid);
        Number(136, 12, seconds);
        Number(329, 8, entry.DeviceMajor);
        Number(337, 8, entry.DeviceMinor);
        await FinishAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Writes the end marker and everything that waits in the stream.</summary>
    public async Task EndAsync(CancellationToken ct)
    {
        _block.AsSpan().Clear();
        await target.WriteAsync(_block, ct).ConfigureAwait(false);
        await target.WriteAsync(_block, ct).ConfigureAwait(false);
        await target.FlushAsync(ct).ConfigureAwait(false);
    }

    private ValueTask PadAsync(long length, CancellationToken ct)
    {
        _block.AsSpan().Clear();
        return target.WriteAsync(_block.AsMemory(0, (int)TarBlocks.Padding(length)), ct);
    }

    private static char Type(TarKind kind) => kind switch
    {
        TarKind.File => '0',
        TarKind.HardLink => '1',
        TarKind.SymbolicLink => '2',
        TarKind.CharacterDevice => '3',
        TarKind.BlockDevice => '4',
        TarKind.Directory => '5',
        TarKind.Pipe => '6',
    };

    // The length counts its own digits.
    private static byte[] Record(string text)
    {
        var length = text.Length + 3;
        while (length != text.Length + 2 + Digits(length))
        {
            length = text.Length + 2 + Digits(length);
        }

        return ByteText.Bytes(string.Create(CultureInfo.InvariantCulture, $"{length} {text}\n"));
    }

    private static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;

    private async Task WriteTextAsync(char type, byte[] text, CancellationToken ct)
    {
        Start("././@LongLink", type, text.Length);
        await FinishAsync(ct).ConfigureAwait(false);
        await target.WriteAsync(text, ct).ConfigureAwait(false);
        await PadAsync(text.Length, ct).ConfigureAwait(false);
    }

    private void Start(string name, char type, long size)
    {
        _block.AsSpan().Clear();
        Put(0, MaxField, name);
        _block[156] = (byte)type;
        "ustar  \0"u8.CopyTo(_block.AsSpan(257));
        Number(124, 12, size);
    }

    private ValueTask FinishAsync(CancellationToken ct)
    {
        _block.AsSpan(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var b in _block)
        {
            sum += b;
        }

        Number(148, 7, sum);
        return target.WriteAsync(_block, ct);
    }

    private void Put(int offset, int length, string text) =>
        Encoding.Latin1.GetBytes(text.AsSpan(0, Math.Min(text.Length, length)), _block.AsSpan(offset, length));

    // Octal with a zero behind it, or binary where that is too short.
    private void Number(int offset, int length, long value)
    {
        var field = _block.AsSpan(offset, length);
        if (value >= 1L << (3 * (length - 1)))
        {
            BinaryPrimitives.WriteInt64BigEndian(field[^8..], value);
            field[0] = 0x80;
            return;
        }

        for (var i = length - 2; i >= 0; i--, value >>= 3)
        {
            field[i] = (byte)('0' + (value & 7));
        }
    }
}
