namespace Rx.Vm.Qemu;

/// <summary>Finds programs by absolute path, so that what is started is what was looked at.</summary>
internal static class EmulatorLocator
{
    public const string DefaultName = "qemu-system-x86_64";

    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The emulator's path, or null when it is not installed.</summary>
    public static string? Find(QemuDriverOptions options) =>
        options.Emulator is { } given ? IsProgram(given) ? Path.GetFullPath(given) : null
        : InPath(DefaultName, Environment.GetEnvironmentVariable("PATH"));

    /// <summary>A program in a PATH; relative entries are passed over.</summary>
    public static string? InPath(string name, string? path) => (path ?? "")
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Where(Path.IsPathFullyQualified)
        .Select(directory => Path.Combine(directory, name))
        .FirstOrDefault(IsProgram);

    private static bool IsProgram(string path)
    {
        try
        {
            return File.Exists(path) && (File.GetUnixFileMode(path) & AnyExecute) != 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
