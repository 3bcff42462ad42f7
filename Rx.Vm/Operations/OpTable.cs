using Rx.Vm.Fold;

namespace Rx.Vm.Operations;

/// <summary>Carries out one operation. What it throws is its failure.</summary>
internal delegate Task<OpEnd> OpHandler(OpWork work);

/// <summary>Which handler carries out which kind.</summary>
internal sealed class OpTable
{
    private readonly OpHandler?[] _handlers = new OpHandler?[OpSet.Kinds];

    /// <summary>The handler of <paramref name="kind"/>; one without a handler fails.</summary>
    public OpHandler this[OpKind kind]
    {
        get => _handlers[(int)kind] ?? (static work => Task.FromResult(OpEnd.Failed($"nobody carries out {work.Op.Kind}")));
        set => _handlers[(int)kind] = value;
    }

    /// <summary>Sets the handler of every deadline.</summary>
    public void SetDeadlines(OpHandler handler)
    {
        for (var left = OpSet.Deadlines; !left.IsEmpty; left = left.Rest)
        {
            this[left.First] = handler;
        }
    }
}
