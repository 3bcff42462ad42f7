namespace Rx.Vm.Fold;

/// <summary>
/// One thing that happened, addressed. A struct, so that what changes nothing costs nothing; made by the factories, one for each family.
/// </summary>
/// <param name="Input">What the target's fold sees of it.</param>
/// <param name="Target">A container or session by its id, where one is meant; else 0.</param>
/// <param name="Op">The operation that has ended, or that saw the fact; else 0.</param>
/// <param name="Token">The request; else 0.</param>
/// <param name="Within">How long the caller waits for the answer; zero for as long as it takes.</param>
/// <param name="Payload">What it brings along.</param>
internal readonly record struct Event(Input Input, int Target = 0, long Op = 0, long Token = 0, TimeSpan Within = default, Payload? Payload = null)
{
    /// <summary>Somebody asks for something.</summary>
    public static Event Request(RequestKind kind, long token, int target = 0, Payload? arguments = null, TimeSpan within = default) =>
        new(Input.Of(kind), target, Token: token, Within: within, Payload: arguments);

    /// <summary>An operation has ended; of a deadline: its time is over. Status 0 is success, and of the attendance a clean exit.</summary>
    public static Event Ended(Op op, int status = 0, Payload? payload = null) => new(Input.Of(op.Kind, status), Op: op.Id, Payload: payload);

    /// <summary>Something was seen by <paramref name="op"/>: the launch, or the attendance of the process.</summary>
    public static Event Saw(FactKind fact, long op, int target = 0, int operand = 0, Payload? payload = null) =>
        new(Input.Of(fact, operand), target, op, Payload: payload);

    /// <summary>The runtime itself has failed.</summary>
    public static Event Broke(FaultKind fault, Payload? words = null) => new(Input.Of(fault), Payload: words);
}
