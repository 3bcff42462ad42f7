using Rx.Vm.Reactive;
using Rx.Vm.Testing;

namespace Rx.Vm.Tests.Conformance;

/// <summary>The simulated machine, here in real time and on many threads.</summary>
public sealed class SimulatedConformanceHost() : ConformanceHost(new VmHostOptions
{
    Driver = new SimulatedDriver(VmSchedulers.Real.Time, new SimulatedSettings
    {
        Timings = new() { Boot = TimeSpan.FromMilliseconds(20), ProcessStart = TimeSpan.Zero, PodStart = TimeSpan.FromMilliseconds(5) },
    }),
});

public sealed class SimulatedConformanceTests(SimulatedConformanceHost host)
    : ConformanceTests(host), IClassFixture<SimulatedConformanceHost>;
