namespace Rx.Vm.Init.Rules;

/// <summary>Where a command may be found.</summary>
internal static class CommandSearch
{
    /// <summary>Most directories of a PATH that are tried.</summary>
    public const int MaxDirectories = 256;

    /// <summary>
    /// The files to try, in order. A command with a slash is itself; one without is looked for in each directory of
    /// <paramref name="path"/>, where an empty entry means the working directory, as in a shell.
    /// </summary>
    public static IEnumerable<string> Candidates(string command, string path) =>
        command.Length == 0 ? []
        : command.Contains('/') ? [command]
        : path.Split(':').Take(MaxDirectories).Select(directory => Join(directory, command));

    private static string Join(string directory, string command) =>
        directory.Length == 0 ? "./" + command
        : directory.EndsWith('/') ? directory + command
        : directory + "/" + command;
}
