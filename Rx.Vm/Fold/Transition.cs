namespace Rx.Vm.Fold;

/// <summary>
/// What one input makes of a core. Nothing else is an output: words, tallies, wanted operations and public phases are functions of the core.
/// </summary>
/// <param name="Next">The core after it.</param>
/// <param name="Renew">Operations that are wanted before and after, and yet begin anew.</param>
/// <param name="Refused">Why a request was turned down; then nothing has changed.</param>
internal readonly record struct Transition<TCore>(TCore Next, OpSet Renew = default, Denial Refused = Denial.None)
    where TCore : struct;
