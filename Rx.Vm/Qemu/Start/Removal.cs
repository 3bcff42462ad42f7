using Serilog;

namespace Rx.Vm.Qemu;

/// <summary>Removes a machine's directory as the last step of giving up a start.</summary>
internal sealed class Removal(VmDirectory directory, ILogger log) : IDisposable
{
    // Never throws: the failure that leads here is the one to report.
    public void Dispose()
    {
        try
        {
            directory.Remove();
        }
        catch (Exception e) when (e is VmDirectoryException or IOException)
        {
            log.Warning(e, "The directory {Directory} is left over", directory.Path);
        }
    }
}
