namespace Rx.Vm.Guest;

/// <summary>
/// Splits a byte stream into lines; <c>\n</c>, <c>\r</c> and <c>\r\n</c> each end one, wherever the input is cut. A line longer than
/// the cap is handed out in pieces of the cap, so nothing is lost and nothing grows. Looks at every byte once.
/// </summary>
/// <param name="cap">Most bytes of one line.</param>
/// <param name="onLine">Gets each line without its end; the span is valid during the call.</param>
internal sealed class LineSplitter(int cap, Action<ReadOnlySpan<byte>> onLine)
{
    private byte[] _line = [];
    private int _length;
    private bool _afterReturn;

    /// <summary>Takes the next bytes.</summary>
    public void Feed(ReadOnlySpan<byte> input)
    {
        while (!input.IsEmpty)
        {
            if (_afterReturn && input[0] == '\n')
            {
                input = input[1..];
            }

            _afterReturn = false;
            var end = input.IndexOfAny((byte)'\n', (byte)'\r');
            Append(end < 0 ? input : input[..end]);
            if (end < 0)
            {
                return;
            }

            _afterReturn = input[end] == '\r';
            input = input[(end + 1)..];
            Emit();
        }
    }

    /// <summary>The stream is over: a last line without an end is a line.</summary>
    public void Complete()
    {
        if (_length > 0)
        {
            Emit();
        }
    }

    private void Append(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            // Full and not at its end: only now is it clear that the line is too long.
            if (_length == cap)
            {
                Emit();
            }

            var count = Math.Min(text.Length, cap - _length);
            if (_line.Length < _length + count)
            {
                Array.Resize(ref _line, Math.Min(cap, Math.Max(_length + count, 2 * _line.Length)));
            }

            text[..count].CopyTo(_line.AsSpan(_length));
            _length += count;
            text = text[count..];
        }
    }

    private void Emit()
    {
        var length = _length;
        _length = 0;
        onLine(_line.AsSpan(0, length));
    }
}
