using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Guest.Dialects;

/// <summary>
/// A hyperstart of autumn 2015 (docs/hyperstart.md): every process has a terminal, STOPPOD is answered when the last container has gone, the exit
/// codes come with FINISHPOD, an exec has none.
/// </summary>
internal sealed class Hyper2015Dialect() : GuestDialect("hyper2015", GuestFeatures.None)
{
    /// <inheritdoc/>
    public override string? Lacking(GuestFeature wanted) => HyperRefusals.Of(Name, Features, wanted);
}
