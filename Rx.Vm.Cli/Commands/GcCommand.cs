using System.CommandLine;
using System.Reactive.Concurrency;
using Rx.Vm.Qemu;

namespace Rx.Vm.Cli.Commands;

/// <summary><c>rxvm gc</c>: removes what hosts of this user left behind.</summary>
internal static class GcCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var kept = new Option<bool>("--kept")
        {
            Description = "Also end machines that were started to outlive their host, and that no program has attached to.",
        };
        var command = new Command("gc",
            "Remove what hosts of this user left behind: directories of dead machines, and machines whose host is gone. "
            + "A machine whose host lives is never touched; what cannot be judged is told and kept.")
        {
            kept,
        };
        command.SetAction((parsed, ct) => RunAsync(
            new QemuDriver(), parsed.GetValue(kept), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, ct));
        return command;
    }

    /// <summary>Removes and tells: 0, or 1 when something could not be removed that should have been.</summary>
    internal static async Task<int> RunAsync(IMachineDriver driver, bool endKept, TextWriter output, TextWriter error, CancellationToken ct)
    {
        try
        {
            var found = await driver.FindLeftoversAsync(ct).ConfigureAwait(false);
            if (found.IsEmpty)
            {
                output.WriteLine("nothing is left over");
            }

            var failed = false;
            foreach (var leftover in found)
            {
                var isMeant = leftover.Kind switch
                {
                    LeftoverKind.Dead or LeftoverKind.Orphan => true,
                    LeftoverKind.Kept => endKept,
                    LeftoverKind.Unclear => false,
                };
                if (!isMeant)
                {
                    var hint = leftover.Kind == LeftoverKind.Kept ? "; --kept ends it" : "";
                    Tell(output, "kept", leftover, leftover.Detail + hint);
                    continue;
                }

                failed |= !await RemoveAsync(driver, leftover, output, error, ct).ConfigureAwait(false);
            }

            return failed ? 1 : 0;
        }
        catch (RxVmException e)
        {
            Complaint.Write(error, e.Message);
            return 1;
        }
    }

    private static async Task<bool> RemoveAsync(
        IMachineDriver driver, Leftover leftover, TextWriter output, TextWriter error, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var timer = CliScheduler.Instance.Schedule(Patience, () => GiveUp(limit));
        try
        {
            if (await driver.RemoveAsync(leftover, limit.Token).ConfigureAwait(false))
            {
                Tell(output, leftover.Process is null ? "removed" : "ended", leftover, leftover.Detail);
            }
            else
            {
                Tell(output, "kept", leftover, "it is no longer what it was a moment ago");
            }

            return true;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            var what = leftover.Process is { } process ? $"process {process.Pid} does not end within {Patience.TotalSeconds:0} s of SIGKILL"
                : $"{leftover.Directory} is not removed within {Patience.TotalSeconds:0} s";
            Complaint.Write(error, $"{leftover.Id}: {what}");
            return false;
        }
        catch (RxVmException e)
        {
            Complaint.Write(error, $"{leftover.Id}: {e.Message}");
            return false;
        }
    }

    private static void GiveUp(CancellationTokenSource limit)
    {
        try
        {
            limit.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It was removed at the last moment.
        }
    }

    private static void Tell(TextWriter output, string what, Leftover leftover, string detail)
    {
        var process = leftover.Process is { } identity ? $"pid {identity.Pid}, " : "";
        output.WriteLine($"{what,-8} {leftover.Id,-16} {Complaint.OneLine($"{process}{leftover.Directory}: {detail}")}");
    }
}
