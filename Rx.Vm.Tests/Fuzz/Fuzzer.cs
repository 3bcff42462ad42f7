using Rx.Vm.Tests.Campaign;

namespace Rx.Vm.Tests.Fuzz;

/// <summary>
/// The loop: makes inputs from the target's grammar, from the corpus and from inputs that did something new, changes them, runs them. One
/// seed gives the same inputs on every machine.
/// </summary>
internal sealed class Fuzzer
{
    private const int MostKept = 4096;

    // Pieces of kept inputs go into others, so long ones would make all of them long, and an input costs what it is long.
    private const int Long = 256;
    private readonly FuzzTarget _target;
    private readonly Mutator _mutator;
    private readonly FuzzInput _input = new();
    private readonly List<byte[]> _pool;
    private readonly HashSet<uint> _kinds = [];
    private Dice _dice;

    public Fuzzer(FuzzTarget target, ulong seed, IEnumerable<byte[]> corpus)
    {
        (_target, _dice, _mutator) = (target, new Dice(seed), new Mutator(target));
        _pool = [.. corpus];
    }

    /// <summary>Inputs run so far.</summary>
    public long Executions { get; private set; }

    /// <summary>Bytes of input so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Different kinds of things that happened.</summary>
    public int Kinds => _kinds.Count;

    /// <summary>All that happened as one number.</summary>
    public ulong Digest { get; private set; }

    /// <summary>Runs <paramref name="count"/> inputs; the first that fails ends it and is cut down.</summary>
    public FuzzFinding? Run(long count)
    {
        for (; count > 0; count--)
        {
            Make();
            if (TryRun(_target, _input.Bytes, out var kind) is { } failure)
            {
                return FuzzFinding.Of(_target, _input.ToArray(), failure, Executions);
            }

            Note(kind);
        }

        return null;
    }

    /// <summary>Runs one input, its first byte the cuts: what went wrong, or null.</summary>
    public static Exception? TryRun(FuzzTarget target, ReadOnlySpan<byte> input, out uint kind)
    {
        kind = 0;
        try
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            kind = input.IsEmpty ? 0 : target.Run(input[0], input[1..]);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            var (perByte, floor) = target.Allocations;
            return allocated <= floor + (long)perByte * input.Length
                ? null
                : new FuzzFailure($"{allocated:N0} bytes were allocated for an input of {input.Length}");
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private void Make()
    {
        if (_pool.Count > 0 && _dice.OneIn(2))
        {
            _input.Reset(_pool[_dice.Below(_pool.Count)]);
        }
        else
        {
            _input.Reset([(byte)_dice.Next()]);
            _target.Generate(ref _dice, _input);
        }

        // One in eight stays as it is: what is sound must be read, too.
        if (!_dice.OneIn(8))
        {
            _mutator.Mutate(ref _dice, _input, _pool);
        }
    }

    private void Note(uint kind)
    {
        Executions++;
        Bytes += _input.Length;
        Digest = (Digest ^ kind ^ (ulong)_input.Length << 32) * 0x9E37_79B9_7F4A_7C15;
        Digest ^= Digest >> 29;
        if (_kinds.Add(kind) && _pool.Count < MostKept && (_input.Length <= Long || _dice.OneIn(16)))
        {
            _pool.Add(_input.ToArray());
        }
    }
}
