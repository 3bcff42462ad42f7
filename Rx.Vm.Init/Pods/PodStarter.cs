using Rx.Vm.Guest.Wire;
using Rx.Vm.Init.Loop;
using Rx.Vm.Init.Native;
using Rx.Vm.Init.Processes;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Pods;

/// <summary>
/// STARTPOD: wait for the disks, set every container up, and only when all are ready let their commands run, so that a failure of the
/// last one leaves no side effects of the first. Any failure kills and reaps what was set up before ERROR is sent.
/// </summary>
/// <remarks>disks → set-up → commands → done; from the first two and on a deadline: failing → done.</remarks>
internal sealed class PodStarter : ICommandStep
{
    private const int DiskWaitMs = 5_000, SetupWaitMs = 30_000, DiskRetryMs = 10;

    private readonly GuestServices _services;
    private readonly PodPayload _spec;
    private readonly string[] _devices;
    private LoopTimer _deadline;
    private LoopTimer? _retry;
    private Func<CommandOutcome?> _state;
    private bool _late;
    private string? _failure;

    /// <summary>Begins; the pod must have been judged by <see cref="PodRules"/>.</summary>
    public PodStarter(GuestServices services, PodPayload spec)
    {
        _services = services;
        _spec = spec;
        _devices = new string[spec.Containers.Length];
        _state = AwaitDisks;
        _deadline = services.Loop.After(DiskWaitMs, () => _late = true);
    }

    /// <summary>The pod, once its set-up began.</summary>
    public Pod? Pod { get; private set; }

    /// <inheritdoc/>
    public CommandOutcome? Step()
    {
        Func<CommandOutcome?> before;
        CommandOutcome? outcome;
        do
        {
            before = _state;
            outcome = _state();
        }
        while (outcome is null && _state != before);

        return outcome;
    }

    private CommandOutcome? AwaitDisks()
    {
        for (var i = 0; i < _devices.Length; i++)
        {
            if (_devices[i] is not null || DiskFinder.TryFind(_spec.Containers[i]) is { } device && (_devices[i] = device) is not null)
            {
                continue;
            }

            if (_late)
            {
                return Fail(_spec.Containers[i].Id, $"no {DiskFinder.Describe(_spec.Containers[i])} appeared within {DiskWaitMs / 1000} s");
            }

            // A uevent ends the turn earlier; the retry covers a device whose attributes appear after its event.
            _retry = _retry is { Cancelled: false } ? _retry : _services.Loop.After(DiskRetryMs, static () => { });
            return null;
        }

        Rearm(SetupWaitMs);
        _state = SetUp;
        return null;
    }

    private CommandOutcome? SetUp()
    {
        var id = "";
        try
        {
            Pod = new(_spec.Hostname);
            for (var i = 0; i < _devices.Length; i++)
            {
                id = _spec.Containers[i].Id;
                var start = ProcessPlans.ForContainer(_spec, _spec.Containers[i], _devices[i]);
                Pod.Containers.Add(new(_spec.Containers[i], _services.Launcher.Launch(start, -1, Pod.Namespaces, -1)));
            }
        }
        catch (SystemCallException e)
        {
            return Fail(id, e.Message);
        }

        _state = AwaitSetUp;
        return null;
    }

    private CommandOutcome? AwaitSetUp()
    {
        foreach (var container in Pod!.Containers)
        {
            var link = container.Process.Link;
            if (link.Failure is not null || (!link.Prepared && (link.Closed || !container.Runs)))
            {
                return Fail(container.Spec.Id, link.Failure?.Text ?? "the set-up process ended without a word");
            }

            if (!link.Prepared)
            {
                return _late ? Fail(container.Spec.Id, $"the set-up took over {SetupWaitMs / 1000} s") : null;
            }
        }

        foreach (var container in Pod.Containers)
        {
            container.Prepared();
            container.Process.Link.Go();
        }

        _state = AwaitCommands;
        return null;
    }

    /// <summary>A command that cannot be executed is no failure: its container ends with 127 or 126 and says why on stderr.</summary>
    private CommandOutcome? AwaitCommands()
    {
        if (!_late && Pod!.Containers.Exists(c => !c.Process.Link.Closed))
        {
            return null;
        }

        _deadline.Cancel();
        return new(null, () =>
        {
            Pod!.Started = true;
            Pod.Containers.ForEach(c => c.Process.Attach());
        });
    }

    private CommandOutcome? Fail(string id, string cause)
    {
        _failure = id.Length == 0 ? cause : $"container {id}: {cause}";
        Pod?.Containers.ForEach(c => c.Process.Signal(Abi.SigKill));
        _state = AwaitFailure;
        return null;
    }

    private CommandOutcome? AwaitFailure()
    {
        if (Pod is { Ended: false })
        {
            return null;
        }

        _deadline.Cancel();
        Pod?.Containers.ForEach(c => _services.Table.Remove(c.Process));
        Pod?.Dispose();
        Pod = null;
        return new(_failure);
    }

    private void Rearm(long milliseconds)
    {
        _deadline.Cancel();
        _late = false;
        _deadline = _services.Loop.After(milliseconds, () => _late = true);
    }
}
