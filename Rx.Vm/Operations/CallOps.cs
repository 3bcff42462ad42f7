using Rx.Vm.Attendance;
using Rx.Vm.Effects;
using Rx.Vm.Fold;
using Rx.Vm.Guest;

namespace Rx.Vm.Operations;

/// <summary>
/// Further processes and other calls into a running pod. So many processes are started at once; the others wait for their turn, in the order
/// in which they were asked for, each under its own request's time.
/// </summary>
internal sealed class CallOps(Func<ProcessSession> session, bool inline)
{
    /// <summary>How many processes are started at once.</summary>
    public const int StartsAtOnce = 32;

    private const int KillSignal = 9;

    private readonly AsyncLock _turns = new(isHeld: false, inline, StartsAtOnce);

    /// <summary>Takes its kinds.</summary>
    public void Register(OpTable table)
    {
        table[OpKind.StartSession] = StartAsync;
        table[OpKind.KillSession] = KillAsync;
        table[OpKind.Call] = CallAsync;
    }

    private async Task<OpEnd> StartAsync(OpWork work)
    {
        if (work.Session().Process.Live is not ExecPlan plan)
        {
            return OpEnd.Failed("its streams are not known");
        }

        await _turns.EnterAsync(work.Cancelled).ConfigureAwait(false);
        var live = session();
        try
        {
            return await AskToStartAsync(live, plan, work.Target).OrCancelledAsync(work.Cancelled, inline).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It may be started all the same: whatever it writes goes nowhere, so that it ends.
            plan.Forsake();
            throw;
        }
    }

    // Followed to its answer, whoever waits for it: a start that is refused late leaves no session either.
    private async Task<OpEnd> AskToStartAsync(ProcessSession live, ExecPlan plan, int target)
    {
        var end = OpEnd.Failed("it could not be asked for");
        try
        {
            end = await AskAsync(live, plan, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            plan.Answered(end.Ok);
            _turns.Exit();
        }

        if (end.Ok)
        {
            _ = WatchAsync(live, plan.Streams!, target);
        }

        return end.Ok ? OpEnd.Done : end;
    }

    // Nobody listens to it any more. A guest that can end it alone is asked to; in another it goes with its container at the latest.
    private async Task<OpEnd> KillAsync(OpWork work)
    {
        if (work.Session().Process.Live is ExecPlan plan)
        {
            plan.Forsake();
            if (plan.Streams is { } streams)
            {
                await AskAsync(session(), new SignalExecPlan(streams.MainSession, KillSignal), work.Cancelled).ConfigureAwait(false);
            }
        }

        // What is refused is not there.
        return OpEnd.Done;
    }

    private async Task<OpEnd> CallAsync(OpWork work)
    {
        var request = work.Request();
        return request.Arguments?.Live is CallPlan plan
            ? await AskAsync(session(), plan, work.Cancelled).ConfigureAwait(false)
            : OpEnd.Failed("the call is unknown");
    }

    private static async Task<OpEnd> AskAsync(ProcessSession live, CallPlan plan, CancellationToken ct) =>
        plan.Lacking(live.Dialect) is { } lacking
            ? OpEnd.Failed(lacking)
            : await live.Guest.AskAsync(_ => [plan.Prepare(live.Dialect, live.Tty)], ct).ConfigureAwait(false);

    private static async Task WatchAsync(ProcessSession live, ProcessStreams streams, int target)
    {
        var status = streams.TellsEnd && await streams.Exit.ConfigureAwait(false) is { } exit
            ? new ExitStatus(exit.Code, exit.Signal ?? 0, exit.IsOutOfMemory)
            : (await streams.MainEnd.ConfigureAwait(false)).ExitCode is { } code ? new ExitStatus(code) : ExitStatus.Unknown;
        live.Tell(Sight.Exit(FactKind.SessionExited, target, status));
    }
}
