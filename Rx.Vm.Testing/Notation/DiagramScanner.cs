using System.Text;

namespace Rx.Vm.Testing.Notation;

/// <summary>Splits a diagram into its parts. A gap's part carries its length in place of a time.</summary>
internal sealed class DiagramScanner(string text, long frame)
{
    private readonly List<Mark> _parts = [];
    private int _index;

    public DiagramFault? Fault { get; private set; }

    /// <summary>All parts, or what was read until <see cref="Fault"/>.</summary>
    public List<Mark> Scan()
    {
        while (Fault is null && _index < text.Length)
        {
            if (char.IsWhiteSpace(text[_index]))
            {
                _index++;
            }
            else if (!TryDuration())
            {
                Sign();
            }
        }

        return _parts;
    }

    /// <summary>Reads the value, error or completion at an index, for the list form.</summary>
    public static Mark? Member(string text, int index, out int next, out DiagramFault? fault)
    {
        var scanner = new DiagramScanner(text, 0) { _index = index };
        scanner.Sign();
        next = scanner._index;
        fault = scanner.Fault;
        if (fault is null && scanner._parts[0].Kind is not (MarkKind.Value or MarkKind.Error or MarkKind.Completion))
        {
            fault = new(index, "the list form has values, errors and completions only");
        }

        return fault is null ? scanner._parts[0] : null;
    }

    private bool TryDuration()
    {
        // A digit that touches something on its left is a value: 'a5' is two of them.
        if (!char.IsAsciiDigit(text[_index]) || (_index > 0 && !char.IsWhiteSpace(text[_index - 1])))
        {
            return false;
        }

        var length = Durations.Match(text.AsSpan(_index), out var ticks);
        if (length == 0)
        {
            return false;
        }

        var end = _index + length;
        if (ticks is null)
        {
            Fault = new(_index, "the duration is too long, or no whole number of ticks of 100 ns");
        }
        else if (end < text.Length && !char.IsWhiteSpace(text[end]))
        {
            // Read as values, as others do, this would silently mean something else than it looks like.
            Fault = new(end, "a duration ends with a blank; digits that are values go in brackets here");
        }
        else
        {
            _parts.Add(new(ticks.Value, MarkKind.Gap, "", _index));
        }

        _index = end;
        return true;
    }

    private void Sign()
    {
        var at = _index++;
        switch (text[at])
        {
            case '-':
                _parts.Add(new(frame, MarkKind.Gap, "", at));
                break;
            case '(':
                _parts.Add(new(0, MarkKind.GroupBegin, "", at));
                break;
            case ')':
                _parts.Add(new(0, MarkKind.GroupEnd, "", at));
                break;
            case '|':
                _parts.Add(new(0, MarkKind.Completion, "", at));
                break;
            case '^':
                _parts.Add(new(0, MarkKind.Origin, "", at));
                break;
            case '!':
                _parts.Add(new(0, MarkKind.End, "", at));
                break;
            case '#':
                _parts.Add(new(0, MarkKind.Error, _index < text.Length && text[_index] == '[' ? Name(_index) : "", at));
                break;
            case '[':
                _parts.Add(new(0, MarkKind.Value, Name(at), at));
                break;
            case ']' or '{' or '}':
                Fault = new(at, $"'{text[at]}' is not expected here; as a value, other than a bracket, it goes in brackets");
                break;
            default:
                Letter(at);
                break;
        }
    }

    private string Name(int open)
    {
        var close = text.IndexOf(']', open);
        var name = close < 0 ? "" : text[(open + 1)..close];
        if (close < 0)
        {
            Fault = new(open, "the bracket is never closed");
        }
        else if (!Names.IsLegal(name))
        {
            Fault = new(open, $"a name in brackets has 1 to {Names.MaxLength} characters, no [ and no control characters");
        }

        _index = close + 1;
        return name;
    }

    private void Letter(int at)
    {
        if (!Rune.TryGetRuneAt(text, at, out var rune) || Rune.IsControl(rune))
        {
            Fault = new(at, "this is no character that can be a value");
            return;
        }

        _index = at + rune.Utf16SequenceLength;
        _parts.Add(new(0, MarkKind.Value, text[at.._index], at));
    }
}
