using Serilog;

namespace Rx.Vm.Qemu;

/// <summary>Removes the directories that dead machines left, whoever's they were among this user's hosts.</summary>
internal static class LeftoverSweep
{
    private static int _running;

    /// <summary>
    /// Sweeps once; not at all while another thread does. About 10 µs for a directory in use. Never throws: what cannot be swept hinders
    /// nobody.
    /// </summary>
    public static void Run(string root, ILogger log)
    {
        if (Interlocked.Exchange(ref _running, 1) != 0)
        {
            return;
        }

        try
        {
            foreach (var name in RuntimeRoot.Names(root))
            {
                Sweep(root, name, log);
            }
        }
        catch (VmDirectoryException e)
        {
            log.Warning(e, "The directories of dead machines in {Root} were not swept", root);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    private static void Sweep(string root, string name, ILogger log)
    {
        try
        {
            if (LeftoverScan.One(root, name, removeDead: true) is { Kind: LeftoverKind.Dead } swept)
            {
                log.Information("Removed the directory {Directory} of a machine that is gone", swept.Directory);
            }
        }
        catch (VmDirectoryException e)
        {
            log.Warning(e, "The directory of a machine that is gone, {Directory}, cannot be removed", Path.Combine(root, name));
        }
    }
}
