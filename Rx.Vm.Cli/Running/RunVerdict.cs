using Rx.Vm.Cli.Native;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;

namespace Rx.Vm.Cli.Running;

/// <summary>How a run went: what is complained about, and the exit code.</summary>
internal sealed class RunVerdict(RunSettings settings, StopRequests stops, TextWriter error)
{
    private const int EndedByTerm = 128 + 15;
    private const int EndedByKill = 128 + 9;

    /// <summary>Of a pod that ran and has ended.</summary>
    public int OfPod(VmState last, PodResult result)
    {
        if (last.ResourcesLost)
        {
            Complaint.Write(error, $"{last.VmId}: something of the machine could not be removed: {last.Message}");
        }

        if (Stopped() is { } code)
        {
            return code;
        }

        // A container that was told to end and says how it did has the last word; one that just ended has not.
        if (stops.Signal > 0)
        {
            return result.ExitCode is { } own and not (0 or EndedByTerm or EndedByKill) ? own : ExitCodes.BySignal(stops.Signal);
        }

        if (result.ExitCode is { } known)
        {
            return known;
        }

        Complaint.Write(error, $"pod {result.PodId} was lost with its machine: {last.Message ?? last.Reason.ToString()}");
        return ExitCodes.Failed;
    }

    /// <summary>Of a run that had no machine yet.</summary>
    public int OfBeginning(Exception failure)
    {
        if (Requested() is { } code)
        {
            return code;
        }

        // A machine that was never started has no id that anybody knows; whoever refused it says it best.
        Complaint.Write(error, failure is VmFailedException { InnerException: { } refusal } ? refusal.Message : failure.Message);
        return ExitCodes.Failed;
    }

    /// <summary>Of a pod that could not be run.</summary>
    public int OfFailure(VmState last, Exception failure, IReadOnlyList<string> console)
    {
        if (Requested() is { } code)
        {
            return code;
        }

        _ = OfBeginning(failure);
        if (last.Reason is VmReason.BootTimedOut or VmReason.GuestShutdown or VmReason.ConnectionLost)
        {
            foreach (var line in LastWords(console))
            {
                Complaint.Write(error, $"console: {line}");
            }
        }

        return ExitCodes.Failed;
    }

    private int? Requested() => Stopped() ?? (stops.Signal > 0 ? ExitCodes.BySignal(stops.Signal) : null);

    private int? Stopped()
    {
        if (stops.OutputFault == Posix.BrokenPipe)
        {
            return ExitCodes.OutputClosed;
        }

        if (stops.OutputFault != 0)
        {
            Complaint.Write(error, $"standard {(stops.FaultyOutput == 1 ? "output" : "error")}: {Posix.Describe(stops.OutputFault)}");
            return ExitCodes.Failed;
        }

        if (stops.IsTimedOut)
        {
            Complaint.Write(error, FormattableString.Invariant($"the run was stopped after {settings.Timeout!.Value.TotalSeconds:0.###} s (--timeout)"));
            return ExitCodes.TimedOut;
        }

        return null;
    }

    // A panic says why in its first line; the call trace behind it says nothing to most people.
    private static IEnumerable<string> LastWords(IReadOnlyList<string> console)
    {
        var panic = console.Where(line => line.Contains("Kernel panic", StringComparison.Ordinal)).Take(1);
        return panic.Any() ? panic : console.TakeLast(5);
    }
}
