using Rx.Vm.Lifecycle;
using Rx.Vm.Tests.Lifecycle.Search;

namespace Rx.Vm.Tests.Campaign;

/// <summary>What the worlds of one worker share: the reducer under test, and who looks on.</summary>
/// <param name="reduce">The reducer.</param>
internal sealed class Stage(Reducer reduce)
{
    // By number rather than by name, so that a step needs neither a branch nor a division.
    private static readonly uint[] Times =
        [.. Enum.GetValues<DeadlineKind>().Select(kind => (uint)new VmTimeouts().For(kind).TotalMilliseconds)];

    /// <summary>The reducer.</summary>
    public Reducer Reduce { get; } = reduce;

    /// <summary>The real pipeline that lives go through; null: the reducer alone. Lives through it can't branch.</summary>
    public PipelineMachine? Pipeline { get; init; }

    /// <summary>Every state that a life came by.</summary>
    public PackedSet States { get; } = new();

    /// <summary>Whether each step is held against the laws; without them only what can be seen from outside is judged.</summary>
    public bool JudgesLaws { get; init; } = true;

    /// <summary>Gets each step, when a single life is looked at.</summary>
    public List<TracedStep>? Trace { get; set; }

    /// <summary>How many milliseconds <paramref name="kind"/> runs, with the default timeouts.</summary>
    public static uint Time(DeadlineKind kind) => Times[(int)kind];
}

/// <summary>One step of a life that is looked at.</summary>
/// <param name="At">When, in milliseconds.</param>
/// <param name="Input">What happened.</param>
/// <param name="Result">What the reducer made of it.</param>
internal readonly record struct TracedStep(uint At, VmInput Input, Transition Result)
{
    public override string ToString() => $"{At / 1000.0,8:0.000} s  {Inputs.Name(Input),-24} {Result.Next.Phase,-12} {Told()}";

    private string Told() => Result.Refused != Refusal.None ? $"refused: {Result.Refused}"
        : Result.Effects == VmEffects.None ? "" : Result.Effects.ToString();
}
