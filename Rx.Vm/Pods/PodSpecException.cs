using Rx.Vm.Text;

namespace Rx.Vm.Pods;

/// <summary>A pod spec is wrong; says where and why. What it quotes of the spec is bounded and harmless to a terminal.</summary>
/// <param name="field">The path of the field, such as <c>containers[0].image</c>, or empty for the text as a whole.</param>
/// <param name="problem">What is wrong with it.</param>
public sealed class PodSpecException(string field, string problem)
    : RxVmException(field.Length == 0
        ? $"pod spec: {CleanText.Of(problem, MaxProblem)}"
        : $"pod spec: {CleanText.Of(field, MaxField)}: {CleanText.Of(problem, MaxProblem)}")
{
    private const int MaxField = 200;
    private const int MaxProblem = 500;

    /// <summary>The path of the field, or empty for the text as a whole; at most 200 characters of it, as they are shown.</summary>
    public string Field { get; } = CleanText.Of(field, MaxField);
}
