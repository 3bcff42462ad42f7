using Rx.Vm.Tests.Campaign;

namespace Rx.Vm.Tests.Fuzz;

/// <summary>
/// Where a stream is cut into reads, as the first byte of an input tells: 0 nowhere, 1 to 63 every so many bytes, above that at random
/// with the byte as the seed. So the cuts are fuzzed with the bytes.
/// </summary>
internal ref struct Cuts(byte how, ReadOnlySpan<byte> bytes)
{
    private const int Pieces = 64;
    private Dice _dice = new(how);
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>The next piece. False: there is none; an empty input has none.</summary>
    public bool Next(out ReadOnlySpan<byte> piece)
    {
        var length = how switch
        {
            0 => _rest.Length,
            < Pieces => how,
            _ => 1 + _dice.Below(_dice.OneIn(4) ? 200 : 9),
        };
        piece = _rest[..Math.Min(length, _rest.Length)];
        _rest = _rest[piece.Length..];
        return !piece.IsEmpty;
    }
}
