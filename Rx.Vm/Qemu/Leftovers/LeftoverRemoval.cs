using Rx.Vm.Native;
using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Qemu;

/// <summary>Removes one leftover, judged again first: what was listed may have changed.</summary>
internal static class LeftoverRemoval
{
    /// <summary>Ends the machine if it lives, waits until it is gone, removes its directory.</summary>
    /// <returns>Whether nothing is left, also when it was gone already; false when it lives and is no longer what was listed, or is not to be
    /// removed at all.</returns>
    /// <exception cref="VmDirectoryException">Something of it cannot be removed.</exception>
    /// <exception cref="IOException">The kernel refuses to end the machine, or to tell whether it lives.</exception>
    public static async Task<bool> RunAsync(string root, Leftover leftover, CancellationToken ct)
    {
        if (leftover.Process is { } identity && ProcessHandle.OfRecord(identity) is { } process
            && !await EndAsync(root, leftover, process, ct).ConfigureAwait(false))
        {
            return false;
        }

        return LeftoverScan.One(root, leftover.Id, removeDead: true) is null or { Kind: LeftoverKind.Dead }
            && !Directory.Exists(Path.Combine(root, leftover.Id));
    }

    private static async Task<bool> EndAsync(string root, Leftover leftover, ProcessHandle process, CancellationToken ct)
    {
        using var undo = new Undo();
        undo.Add(process);

        // Held before it is judged again, so the judgement is about the process that gets the signal.
        if (LeftoverScan.One(root, leftover.Id) is not { } now || now.Kind != leftover.Kind || now.Process != leftover.Process)
        {
            return false;
        }

        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ProcessWatcher.Shared.Watch(process.Descriptor, () =>
        {
            ended.TrySetResult();
            process.Dispose();
        });
        undo.Keep();
        process.Signal(Libc.SigKill);
        await ended.Task.WaitAsync(ct).ConfigureAwait(false);
        return true;
    }
}
