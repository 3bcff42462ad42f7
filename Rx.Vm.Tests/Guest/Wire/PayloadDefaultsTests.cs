using System.Text.Json;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Tests.Guest.Wire;

/// <summary>An absent key leaves the documented value, never null: both sides read what a peer of another age wrote.</summary>
public class PayloadDefaultsTests
{
    [Fact]
    public void Pod_without_keys_has_its_defaults() =>
        Assert.Equivalent(new PodPayload(), JsonSerializer.Deserialize("{}", WireJson.Default.PodPayload), strict: true);

    [Fact]
    public void Container_without_keys_has_its_defaults() =>
        Assert.Equivalent(new ContainerPayload(), JsonSerializer.Deserialize("{}", WireJson.Default.ContainerPayload), strict: true);

    [Fact]
    public void Exec_without_keys_has_its_defaults() =>
        Assert.Equivalent(new ExecPayload(), JsonSerializer.Deserialize("{}", WireJson.Default.ExecPayload), strict: true);

    [Fact]
    public void Ready_without_keys_announces_nothing()
    {
        Assert.True(GuestFeatures.TryParse("{}"u8, out var features, out var error), error);
        Assert.Equal(GuestFeatures.None, features);
    }
}
