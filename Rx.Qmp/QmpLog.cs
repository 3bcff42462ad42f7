using Serilog;

namespace Rx.Qmp;

/// <summary>Every log line of this library. Command names and counts only: arguments, data, replies and descriptions may hold
/// secrets.</summary>
internal static class QmpLog
{
    private const int LongestChain = 5;

    public static void Ready(ILogger log, QmpGreeting greeting) =>
        log.Information("QMP ready: QEMU {Version} {Package}", greeting.Version.ToString(), greeting.Package);

    public static void Ended(ILogger log, QmpException? cause) =>
        log.Information("QMP connection ended ({Cause})", Kind(cause));

    public static void Answered(ILogger log, string command, string outcome, TimeSpan elapsed) =>
        log.Debug("QMP command {Command}: {Outcome} after {Elapsed}", command, outcome, elapsed);

    public static void Slow(ILogger log, string command, TimeSpan waited) =>
        log.Warning("QMP command {Command} not answered after {Waited}", command, waited);

    public static void TimedOut(ILogger log, string command, TimeSpan waited) =>
        log.Warning("QMP command {Command} given up after {Waited}", command, waited);

    public static void LateReply(ILogger log, string command) =>
        log.Information("QMP reply to {Command} came too late and was dropped", command);

    public static void StrayReply(ILogger log) =>
        log.Warning("QMP reply with an id that no command has was dropped");

    public static void Unattributed(ILogger log, string errorClass) =>
        log.Warning("QMP error without id, class {ErrorClass}", errorClass);

    public static void Dropped(ILogger log, string kind) =>
        log.Debug("QMP message dropped: {Kind}", kind);

    public static void Unreadable(ILogger log, string name) =>
        log.Warning("QMP event {Event} does not have the shape its type asks for; it is in the stream of all events only", name);

    public static void ObserverFailed(ILogger log, Exception fault) =>
        log.Error(fault, "A QMP observer threw and was dropped");

    public static void SchedulerRefused(ILogger log, Exception fault) =>
        log.Error(fault, "A QMP observer was dropped: the scheduler it is to be called on refused");

    public static void ClockBroken(ILogger log, string why, Exception? fault) =>
        log.Error(fault, "The scheduler of a QMP client is no use ({Why}); the timers of the platform take its place", why);

    public static void Reconnecting(ILogger log, QmpException cause, int retry, TimeSpan pause) =>
        log.Warning("QMP connection failed ({Cause}), trying again (number {Retry}) after {Pause}", Kind(cause), retry, pause);

    public static void GivenUp(ILogger log, QmpException? cause) =>
        log.Information("QMP will not connect again ({Cause})", Kind(cause));

    /// <summary>What went wrong, by types, commands and error classes: the words may be QEMU's or the application's.</summary>
    private static string Kind(Exception? cause)
    {
        List<string> kinds = [];
        for (var next = cause; next is not null && kinds.Count < LongestChain; next = next.InnerException)
        {
            var known = next as QmpException;
            kinds.Add(string.Join(' ', new[] { next.GetType().Name, known?.Command, known?.ErrorClass }.Where(part => part is not null)));
        }

        return kinds.Count == 0 ? "on request" : string.Join(", from ", kinds);
    }
}
