using Rx.Vm.Lifecycle;
using Serilog;

namespace Rx.Vm;

/// <summary>Every log line about a machine's lifecycle.</summary>
internal static class VmLog
{
    /// <summary>A clock of the application's that is no use; once for each.</summary>
    public static void ClockBroken(ILogger log, string why, Exception? fault) =>
        log.Error(fault, "The time scheduler is no use ({Why}); the timers of the platform take its place", why);

    /// <summary>A journal's file and what its disk said; once for each journal.</summary>
    public static void JournalTrouble(ILogger log, string path, Exception fault) =>
        log.Warning("The journal {Path} lacks entries: {Trouble}", path, fault.Message);

    /// <summary>One line a published change or a longer wait at Information, everything else at Verbose. Carries no payload of pods.</summary>
    public static void Step(ILogger log, VmStep step)
    {
        if (step.Published)
        {
            log.Information(
                "{Event} made it {Phase} ({Reason}), effects {Effects}", step.Event?.Kind, step.Fold.State.Phase, step.Fold.State.Reason, step.Effects);
        }
        else if (step is { Event: { Kind: VmEventKind.DeadlineBusy } busy, Effects: VmEffects.None })
        {
            log.Information("The limit {Limit} ran out, but the machine's process is at work: it gets that time again", (DeadlineKind)busy.Operand);
        }
        else
        {
            log.Verbose("{Event} in {Phase}, effects {Effects}", step.Event?.Kind, step.Fold.State.Phase, step.Effects);
        }
    }
}
