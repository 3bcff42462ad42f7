using Xunit.v3;

namespace Rx.Qmp.Tests;

/// <summary>Marks what <c>./rx test --fast</c> leaves out: tests that boot or run QEMU, long searches, and those that run for seconds.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class SlowAttribute : Attribute, ITraitAttribute
{
    /// <summary>The trait's name.</summary>
    public const string Trait = "lane";

    /// <summary>Its value.</summary>
    public const string Lane = "slow";

    /// <inheritdoc/>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new(Trait, Lane)];
}
