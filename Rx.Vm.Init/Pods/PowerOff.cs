using Rx.Vm.Init.Channels;
using Rx.Vm.Init.Loop;
using Rx.Vm.Init.Native;

namespace Rx.Vm.Init.Pods;

/// <summary>
/// DESTROYPOD: kills everything, waits until the last bytes are with the host, says FINISHPOD and switches the machine off. A host that
/// doesn't read cannot keep it on: each wait has an end. It never answers otherwise, so as a step it never finishes.
/// </summary>
internal sealed class PowerOff : ICommandStep
{
    private const int DrainWaitMs = 5_000, GoodbyeWaitMs = 2_000;

    private readonly GuestServices _services;
    private readonly ControlChannel _control;
    private readonly Pod? _pod;
    private readonly PodDrain? _drain;
    private bool _drainLate;
    private bool _saidGoodbye;
    private bool _goodbyeLate;

    /// <summary>Begins.</summary>
    /// <param name="services">Services.</param>
    /// <param name="control">The control channel, for the goodbye.</param>
    /// <param name="pod">The pod whose end was not reported yet, or null.</param>
    public PowerOff(GuestServices services, ControlChannel control, Pod? pod)
    {
        _services = services;
        _control = control;
        _pod = pod;
        _drain = pod is { Started: true } ? new(services, pod) : null;
        services.Table.KillAll();
        services.Loop.After(DrainWaitMs, () => _drainLate = true);
    }

    /// <inheritdoc/>
    public CommandOutcome? Step()
    {
        if (!_saidGoodbye && (_drainLate || _drain is null || _drain.Finished))
        {
            _saidGoodbye = true;
            _control.Outbox.AddFinish(_pod?.ExitCodes ?? []);
            _control.Flush();
            _services.Loop.After(GoodbyeWaitMs, () => _goodbyeLate = true);
        }

        if (_saidGoodbye && (_goodbyeLate || (_control.Flushed && _services.Tty.Outbound.IsEmpty)))
        {
            Libc.sync();
            SystemCallException.Check(Libc.reboot(Abi.PowerOff), "power off");
        }

        return null;
    }
}
