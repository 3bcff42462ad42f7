using System.Text;

namespace Rx.Vm.Guest;

/// <summary>Bytes into a text of bounded length, piece by piece: a character may be cut between two.</summary>
internal sealed class OutputText(StringBuilder text, int most, Encoding encoding)
{
    private readonly Decoder _decoder = encoding.GetDecoder();

    /// <summary>Adds what fits; tells how many bytes did not.</summary>
    public ValueTask<int> Add(ReadOnlyMemory<byte> bytes)
    {
        var room = most - text.Length;
        if (room <= 0)
        {
            return ValueTask.FromResult(bytes.Length);
        }

        var characters = new char[Math.Min(room, encoding.GetMaxCharCount(bytes.Length))];
        _decoder.Convert(bytes.Span, characters, flush: false, out var used, out var count, out _);
        text.Append(characters, 0, count);
        return ValueTask.FromResult(bytes.Length - used);
    }
}
