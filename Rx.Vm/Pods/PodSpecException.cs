namespace Rx.Vm.Pods;

/// <summary>A pod spec is wrong; says where and why.</summary>
/// <param name="field">The path of the field, such as <c>containers[0].image</c>, or empty for the text as a whole.</param>
/// <param name="problem">What is wrong with it.</param>
public sealed class PodSpecException(string field, string problem)
    : RxVmException(field.Length == 0 ? $"pod spec: {problem}" : $"pod spec: {field}: {problem}")
{
    /// <summary>The path of the field, or empty for the text as a whole.</summary>
    public string Field { get; } = field;
}
