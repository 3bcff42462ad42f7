namespace Rx.Vm.Qemu;

/// <summary>A machine did not come up. Nothing of it is left: no process, directory or socket.</summary>
public sealed class MachineStartException : RxVmException
{
    /// <summary>A failure of one machine.</summary>
    /// <param name="machineId">Whose start it was.</param>
    /// <param name="cause">What kind of failure.</param>
    /// <param name="message">One sentence that names the culprit.</param>
    /// <param name="exit">How the process ended, when there was one.</param>
    /// <param name="inner">The underlying error.</param>
    public MachineStartException(
        string machineId, MachineStartFailure cause, string message, MachineExit? exit = null, Exception? inner = null)
        : base(message, inner)
    {
        MachineId = machineId;
        Cause = cause;
        Exit = exit;
    }

    /// <summary>Whose start it was.</summary>
    public string MachineId { get; }

    /// <summary>What kind of failure.</summary>
    public MachineStartFailure Cause { get; }

    /// <summary>How the process ended, when there was one.</summary>
    public MachineExit? Exit { get; }

    /// <summary>The last 4 KiB of what the process wrote to stdout and stderr; empty when it said nothing or never ran.</summary>
    public string LastWords => Exit?.LastWords ?? "";
}
