using Rx.Vm.Pods;

namespace Rx.Vm.Guest;

// How much is kept and how much more may come: everything here is under the lock.
internal sealed partial class OutputLog
{
    private const int LastWords = 1 << 20;

    // A guest with windows keeps to them, but for what a process leaves in its pipe when it ends; the newest bytes and a whole window can be on
    // their way together. One that does not keep to them takes no other stream's memory.
    private long MostKept => _grant is null ? int.MaxValue : 2L * _window + LastWords;

    // The slowest attached reader; what nobody was ever there to read; else nobody.
    private long SlowestReader()
    {
        var slowest = _isFree ? _received : 0;
        foreach (var reader in _readers)
        {
            slowest = Math.Min(slowest, reader.Position);
        }

        return slowest;
    }

    private void Keep(ReadOnlySpan<byte> piece)
    {
        var limit = _window;
        if (Policy.Kind == OutputPolicyKind.Wait)
        {
            // Beyond the window only while somebody needs it.
            limit = (int)Math.Min(MostKept, Math.Max(_window, _received + piece.Length - Math.Max(First, SlowestReader())));
        }

        var first = First;
        _received += piece.Length;
        _ring.Append(piece, limit);
        _dropped += Math.Max(0, First - Math.Max(first, _readTo));
    }

    private int Credit()
    {
        var due = Math.Min(int.MaxValue, SlowestReader() + _window - _granted);
        if (_grant is null || _isOver || due < _window / 2)
        {
            return 0;
        }

        _granted += due;
        return (int)due;
    }

    private int Grow(int wanted)
    {
        var own = Math.Min(wanted, _reserved);
        _reserved -= own;
        var more = _isOver ? 0 : _budget.TakeUpTo(wanted - own);
        _taken += more;
        return own + more;
    }
}
