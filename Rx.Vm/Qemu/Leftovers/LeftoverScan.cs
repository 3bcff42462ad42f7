using System.Collections.Immutable;
using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Qemu;

/// <summary>
/// Looks at machines' directories, each for itself and under the root's lock, so that none is just being made or removed. A process is
/// known by its identity, never by its pid.
/// </summary>
internal static class LeftoverScan
{
    /// <summary>All leftovers below a root, by id; none when there is no root.</summary>
    /// <exception cref="VmDirectoryException">The root is not safely ours.</exception>
    public static ImmutableArray<Leftover> All(string root, CancellationToken ct)
    {
        var found = ImmutableArray.CreateBuilder<Leftover>();
        foreach (var name in RuntimeRoot.Names(root))
        {
            ct.ThrowIfCancellationRequested();
            if (One(root, name) is { } leftover)
            {
                found.Add(leftover);
            }
        }

        return found.ToImmutable();
    }

    /// <summary>One of that name, as it is now.</summary>
    /// <param name="root">The root.</param>
    /// <param name="name">The directory's name.</param>
    /// <param name="removeDead">Whether to remove a dead one at once, while it is certain to be dead.</param>
    /// <returns>Null when there is none, or it is no leftover, or not this user's.</returns>
    public static Leftover? One(string root, string name, bool removeDead = false)
    {
        using var held = RuntimeRoot.OpenLocked(root);
        using var directory = Mine(held, name);
        if (directory is null)
        {
            return null;
        }

        try
        {
            return Judge(directory, name, removeDead);
        }
        finally
        {
            // Of a look at what nobody held: no child has this opening.
            RuntimeRoot.Unlock(directory.Handle);
        }
    }

    private static Leftover? Judge(VmDirectory directory, string name, bool removeDead)
    {
        var facts = Look(directory);
        if (facts.Judge() is not var (kind, detail))
        {
            return null;
        }

        if (removeDead && kind == LeftoverKind.Dead)
        {
            directory.Remove();
        }

        return new Leftover(
            name, directory.Path, kind, kind is LeftoverKind.Orphan or LeftoverKind.Kept ? facts.Record!.Machine : null, detail);
    }

    private static VmDirectory? Mine(RuntimeRoot root, string name)
    {
        try
        {
            return VmDirectory.Open(root, name);
        }
        catch (VmDirectoryException)
        {
            // A link, another user's, open to others: nothing that a host of ours made.
            return null;
        }
    }

    // The lock last: a process lets go of it before it is seen to be gone, so whoever held it has been looked at while it lived.
    private static DirectoryFacts Look(VmDirectory directory)
    {
        var record = directory.ReadRecord(out var problem);
        bool hostLives = false, machineLives = false, isHere = false;
        var unseen = "";
        try
        {
            hostLives = record is not null && Lives(record.Host);
            machineLives = record is { Machine: { } machine } && Lives(machine);
            isHere = machineLives && (IsHere(directory, record!.Machine!, out unseen) || IsEnding(record.Machine!.Pid));
        }
        catch (IOException e)
        {
            unseen = e.Message;
        }

        return new DirectoryFacts(IsInUse(directory, record), directory.Stranger(), record, problem, unseen, hostLives, machineLives, isHere);
    }

    private static bool IsHere(VmDirectory directory, ProcessIdentity machine, out string unseen)
    {
        var home = directory.IsHomeOf(machine.Pid);

        // A number that no other process ever gets says as much as its directory would.
        var isKnown = machine.PidfsInode != 0 && ProcessFeatures.Current.Pidfs;
        unseen = home is null && !isKnown ? $"process {machine.Pid} cannot be looked at, which takes the capability SYS_PTRACE" : "";
        return home ?? isKnown;
    }

    /// <summary>Takes the lock of a directory, unless something lives there.</summary>
    /// <remarks>A machine that was taken over by its guest can let go of the lock, which it inherited, and live on. One that has let go because
    /// it ends is seen to be ending.</remarks>
    public static bool IsInUse(VmDirectory directory, DirectoryRecord? record)
    {
        if (!directory.TryLock())
        {
            return true;
        }

        try
        {
            return record is { Machine: { } machine } && Lives(machine) && !IsEnding(machine.Pid);
        }
        catch (IOException)
        {
            return true;
        }
    }

    // The first thread of one that ends has left its directory, while others may still hold the lock.
    private static bool IsEnding(int pid) => ProcFs.Stat(pid) is { IsEnding: true };

    private static bool Lives(ProcessIdentity identity)
    {
        using var handle = ProcessHandle.OfRecord(identity);
        return handle is not null;
    }
}
