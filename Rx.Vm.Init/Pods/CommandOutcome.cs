namespace Rx.Vm.Init.Pods;

/// <summary>How a command ended.</summary>
/// <param name="Error">The text for ERROR; null: ACK.</param>
/// <param name="AfterAnswer">What happens once the answer is queued.</param>
internal sealed record CommandOutcome(string? Error, Action? AfterAnswer = null)
{
    /// <summary>What the ACK carries: one exit code a container, or nothing.</summary>
    public int[] ExitCodes { get; init; } = [];

    /// <summary>ACK.</summary>
    public static CommandOutcome Success { get; } = new((string?)null);
}
