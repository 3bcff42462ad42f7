using Rx.Vm.Qemu;
using Rx.Vm.Reactive;
using Rx.Vm.Testing;

namespace Rx.Vm.Tests.Conformance;

/// <summary>The simulated machine, here in real time and on many threads.</summary>
public sealed class SimulatedConformanceHost() : ConformanceHost(new VmHostOptions { Driver = NewDriver() })
{
    public override async Task<IMachineDriver> LoseHostAsync(WhenProcessDies whenProcessDies, CancellationToken ct)
    {
        var driver = NewDriver();
        var machine = await driver.StartAsync(
            new MachineSpec { Id = "lost", KernelPath = "", InitrdPath = "", WhenProcessDies = whenProcessDies }, ct);
        driver.HostDies();
        if (whenProcessDies == WhenProcessDies.Kill)
        {
            await machine.Exited.WaitAsync(ct);
        }

        return driver;
    }

    private static SimulatedDriver NewDriver() => new(VmSchedulers.Real.Time, new SimulatedSettings
    {
        Timings = new() { Boot = TimeSpan.FromMilliseconds(20), ProcessStart = TimeSpan.Zero, PodStart = TimeSpan.FromMilliseconds(5) },
    });
}

public sealed class SimulatedConformanceTests(SimulatedConformanceHost host)
    : ConformanceTests(host), IClassFixture<SimulatedConformanceHost>;
