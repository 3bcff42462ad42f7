using System.Buffers.Binary;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Tests.Fuzz.Targets;

/// <summary>
/// A guest channel's framing against a reference that has all the bytes at hand: same frames, same fault, however they are cut; memory
/// within four times what was received; copying within a few times of it.
/// </summary>
internal abstract class FrameTarget(int headerSize, int maxFrame) : FuzzTarget
{
    private readonly List<(int At, int Length)> _expected = [];

    public override uint Run(byte cuts, ReadOnlySpan<byte> input)
    {
        var (fault, rest) = Reference(input);
        var found = Scan(cuts, input, fault, rest);
        FuzzFailure.UnlessEqual(_expected.Count, found, "frames");
        return (uint)int.Log2(found + 1) | (fault ? 16u : 0) | (uint)int.Log2(rest + 1) << 8 | Meaning << 16;
    }

    /// <summary>What the frames of the last input meant, as a number.</summary>
    protected uint Meaning { get; set; }

    /// <summary>Scans the input, cut; compares each frame by <see cref="Compare"/>, and the end; how many frames it found.</summary>
    protected abstract int Scan(byte cuts, ReadOnlySpan<byte> input, bool fault, int rest);

    /// <summary>Frame number <paramref name="index"/> must be this one.</summary>
    protected ReadOnlySpan<byte> Compare(int index, ReadOnlySpan<byte> input, ReadOnlySpan<byte> payload)
    {
        FuzzFailure.Unless(index < _expected.Count);
        var (at, length) = _expected[index];
        FuzzFailure.Unless(input.Slice(at + headerSize, length - headerSize).SequenceEqual(payload));
        return input.Slice(at, headerSize);
    }

    /// <summary>The bound of memory, after so many bytes; and of what growing has copied.</summary>
    protected static void CheckMemory(int received, int capacity, int copied)
    {
        FuzzFailure.Unless(capacity <= Math.Max(4 * received, WireLimits.BufferFloor));
        FuzzFailure.Unless(copied <= 4 * received + WireLimits.BufferFloor);
    }

    private (bool Fault, int Pending) Reference(ReadOnlySpan<byte> input)
    {
        _expected.Clear();
        var at = 0;
        while (input.Length - at >= headerSize)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(input[(at + headerSize - 4)..]);
            if (length < headerSize || length > maxFrame)
            {
                return (true, 0);
            }

            if (length > input.Length - at)
            {
                break;
            }

            _expected.Add((at, (int)length));
            at += (int)length;
        }

        return (false, input.Length - at);
    }
}
