using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Init.Boot;
using Rx.Vm.Init.Native;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Pods;

// What each command does.
internal sealed partial class Supervisor
{
    private Next Handle(GuestCode code, byte[] payload) => code switch
    {
        GuestCode.StartPod => StartPod(Read(payload, WireJson.Default.PodPayload), payload),
        GuestCode.StopPod => StopPod(),
        GuestCode.ExecCmd => Exec(Read(payload, WireJson.Default.ExecPayload)),
        GuestCode.WinSize => new(Resize(Read(payload, WireJson.Default.WindowSizePayload))),
        GuestCode.KillContainer => new(Kill(Read(payload, WireJson.Default.KillPayload))),
        GuestCode.SignalExec => new(SignalExec(Read(payload, WireJson.Default.SignalExecPayload))),
        GuestCode.Ping => new(CommandOutcome.Success),
        GuestCode.Ready => new(Rescan()),
        _ => new(new CommandOutcome($"command {(uint)code} is not supported")),
    };

    private static T Read<T>(byte[] payload, JsonTypeInfo<T> type)
        where T : class => JsonSerializer.Deserialize(payload, type) ?? throw new JsonException();

    private Next StartPod(PodPayload spec, ReadOnlySpan<byte> payload)
    {
        if (_pod is not null)
        {
            return new(new CommandOutcome("a pod is running in this VM already"));
        }

        if (PodRules.Judge(spec) is { } fault)
        {
            return new(new CommandOutcome(fault));
        }

        FreshStart.Apply(payload);
        return new(new PodStarter(_services, spec));
    }

    private Next StopPod()
    {
        if (_pod is null)
        {
            return new(CommandOutcome.Success);
        }

        return new(new PodStopper(_services, _pod));
    }

    private Next Exec(ExecPayload exec)
    {
        if (ProcessRules.JudgeExec(exec) is { } fault)
        {
            return new(new CommandOutcome($"exec: {fault}"));
        }

        if (_pod?.Find(exec.Container) is not { Runs: true } container)
        {
            return new(new CommandOutcome($"exec: no container '{exec.Container}' is running"));
        }

        if (_services.Table.InUse(exec.Seq, exec.Stderr) is { } session)
        {
            return new(new CommandOutcome($"exec: session {session} is in use"));
        }

        return new(new ExecStarter(_services, _pod, container, exec));
    }

    private CommandOutcome Resize(WindowSizePayload size)
    {
        // The process may have ended while the frame was on its way: nothing to complain about.
        _services.Table.Find(size.Seq)?.Resize(size.Row, size.Column);
        return CommandOutcome.Success;
    }

    private CommandOutcome Kill(KillPayload kill)
    {
        if (kill.Signal is < 1 or > 64)
        {
            return new($"kill: {kill.Signal} is not a signal");
        }

        if (_pod?.Find(kill.Container) is not { Runs: true } container)
        {
            return new($"kill: no container '{kill.Container}' is running");
        }

        container.Process.Signal(kill.Signal);
        return CommandOutcome.Success;
    }

    private CommandOutcome SignalExec(SignalExecPayload request)
    {
        if (request.Signal is < 1 or > 64)
        {
            return new($"signal: {request.Signal} is not a signal");
        }

        // The process may have ended while the frame was on its way, which is as good.
        if (_services.Table.Find(request.Seq) is { Start.ExecIn: not null } process)
        {
            if (request.Signal == Abi.SigKill)
            {
                process.Kill();
            }
            else
            {
                process.Signal(request.Signal);
            }
        }

        return CommandOutcome.Success;
    }

    /// <summary>READY as a command: look for devices again. With ACPI or PCIe hot-plug there is nothing to find, and no harm.</summary>
    private static CommandOutcome Rescan()
    {
        _ = Files.TryWrite("/sys/bus/pci/rescan", "1"u8);
        return CommandOutcome.Success;
    }

    /// <summary>What a command begins with: a step to go on with, or how it ended already.</summary>
    private readonly record struct Next(ICommandStep? Step, CommandOutcome? Outcome)
    {
        public Next(ICommandStep step)
            : this(step, null)
        {
        }

        public Next(CommandOutcome outcome)
            : this(null, outcome)
        {
        }
    }
}
