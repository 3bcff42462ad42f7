namespace Rx.Vm.Cli.Setup;

/// <summary>A folder of its own, of mode 0700, that goes with whatever is in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly string _path = Make();

    /// <summary>A path in it.</summary>
    public string At(string name) => Path.Combine(_path, name);

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(_path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A program that is just being ended still writes there. What went wrong before matters more.
        }
    }

    private static string Make()
    {
        try
        {
            return Directory.CreateTempSubdirectory("rxvm-setup-").FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RxVmException($"nothing can be made in {Path.GetTempPath()} (TMPDIR): {e.Message}");
        }
    }
}
