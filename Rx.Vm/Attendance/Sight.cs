using Rx.Vm.Fold;

namespace Rx.Vm.Attendance;

/// <summary>Something that was seen of a process; it becomes an event under the id of the attendance that saw it.</summary>
/// <param name="Fact">What.</param>
/// <param name="Target">The container or session, where one is meant.</param>
/// <param name="Operand">0 for success.</param>
/// <param name="Payload">The words, or the exit.</param>
internal readonly record struct Sight(FactKind Fact, int Target = 0, int Operand = 0, Payload? Payload = null)
{
    /// <summary>A sight with words.</summary>
    public static Sight Of(FactKind fact, string? words) => new(fact, Payload: words is null ? null : new Payload.Words(words));

    /// <summary>The end of a process in the guest.</summary>
    public static Sight Exit(FactKind fact, int target, ExitStatus status) =>
        new(fact, target, status.Code == 0 ? 0 : 1, new Payload.Exit(status));
}
