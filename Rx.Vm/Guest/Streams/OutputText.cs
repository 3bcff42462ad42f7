using System.Text;

namespace Rx.Vm.Guest;

/// <summary>Bytes into a text of bounded length, piece by piece: a character may be cut between two.</summary>
internal sealed class OutputText(StringBuilder text, int most, Encoding encoding)
{
    private readonly Decoder _decoder = encoding.GetDecoder();
    private bool _isFull;

    /// <summary>Adds what fits; tells how many bytes did not.</summary>
    public ValueTask<int> Add(ReadOnlyMemory<byte> bytes)
    {
        var room = most - text.Length;
        if (_isFull || room <= 0)
        {
            return ValueTask.FromResult(bytes.Length);
        }

        // A decoder without room for one whole character throws, so it gets that much also where less is left.
        var characters = new char[Math.Min(Math.Max(room, encoding.GetMaxCharCount(1)), encoding.GetMaxCharCount(bytes.Length))];
        _decoder.Convert(bytes.Span, characters, flush: false, out var used, out var count, out _);
        if (count > room)
        {
            count = char.IsHighSurrogate(characters[room - 1]) ? room - 1 : room;
            used = Math.Min(used, encoding.GetByteCount(characters.AsSpan(0, count)));
        }

        // What did not fit leaves no hole: nothing is added behind it.
        _isFull = used < bytes.Length;
        text.Append(characters, 0, count);
        return ValueTask.FromResult(bytes.Length - used);
    }
}
