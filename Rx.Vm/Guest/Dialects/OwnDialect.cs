using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Guest.Dialects;

/// <summary>The guest of this runtime, which announces with READY what it can do (docs/guest-protocol.md).</summary>
/// <param name="features">What it announced.</param>
internal sealed class OwnDialect(GuestFeatures features) : GuestDialect("own", features)
{
    /// <inheritdoc/>
    public override string? Lacking(GuestFeature wanted) => Features.Lacking(wanted);
}
