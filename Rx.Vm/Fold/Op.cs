namespace Rx.Vm.Fold;

/// <summary>
/// An operation that is under way, or to be. The key, kind and target, follows from the target's core; the id is stored, so that the end of
/// one that was cancelled can be told from the end of its successor. Its arguments are the target node's.
/// </summary>
/// <param name="Id">Unique in the machine's life and rising: what is above the old <see cref="State.NextOp"/> is new.</param>
/// <param name="Kind">What is done.</param>
/// <param name="Target">For whom.</param>
internal readonly record struct Op(long Id, OpKind Kind, Address Target);
