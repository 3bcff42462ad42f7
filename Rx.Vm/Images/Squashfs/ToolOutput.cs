using System.Text;
using Rx.Vm.Text;

namespace Rx.Vm.Images;

/// <summary>What a program wrote: the beginning and the end of it, however much it was.</summary>
internal sealed class ToolOutput
{
    private const int HeadBytes = 16 * 1024;
    private const int TailBytes = 2 * 1024;
    private const int MaxLineChars = 300;
    private readonly byte[] _head = new byte[HeadBytes];
    private readonly byte[] _tail = new byte[2 * TailBytes];
    private int _headLength;
    private int _tailLength;
    private long _total;

    /// <summary>The end, at most 2 KiB, in one line that is safe to show.</summary>
    public string LastWords
    {
        get
        {
            var start = Math.Max(0, _tailLength - TailBytes);
            return CleanText.Of(_tail.AsSpan(start, _tailLength - start).Trim(" \t\r\n"u8), TailBytes);
        }
    }

    /// <summary>The lines of the beginning, each safe to show, and one more that says how much is missing.</summary>
    public IEnumerable<string> Lines
    {
        get
        {
            var words = Encoding.Latin1.GetString(_head, 0, _headLength);
            foreach (var line in words.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                yield return CleanText.Of(Encoding.Latin1.GetBytes(line), MaxLineChars);
            }

            if (_total > _headLength)
            {
                yield return $"(and {_total - _headLength} more bytes)";
            }
        }
    }

    /// <summary>Reads to the end, so that the program never blocks on a full pipe.</summary>
    public async Task ReadAsync(Stream stream, CancellationToken ct)
    {
        for (int read; (read = await stream.ReadAsync(_tail.AsMemory(_tailLength), ct).ConfigureAwait(false)) > 0;)
        {
            var news = _tail.AsSpan(_tailLength, read);
            var kept = Math.Min(read, HeadBytes - _headLength);
            news[..kept].CopyTo(_head.AsSpan(_headLength));
            _headLength += kept;
            _total += read;
            _tailLength += read;
            if (_tailLength == _tail.Length)
            {
                _tail.AsSpan(TailBytes).CopyTo(_tail);
                _tailLength = TailBytes;
            }
        }
    }
}
