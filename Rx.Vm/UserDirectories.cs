namespace Rx.Vm;

/// <summary>Where the files of this process's user belong, as the base directory specification has it.</summary>
internal static class UserDirectories
{
    /// <summary>The directory for caches; null where the user has none.</summary>
    public static string? Cache() => Cache(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME"),
        Environment.GetEnvironmentVariable("HOME"),
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify));

    /// <summary>
    /// A relative variable is ignored. HOME counts also where it does not exist yet. Without it the user's entry in the list of users does,
    /// but for the root of all, which stands there for users without a home, and for users without an entry.
    /// </summary>
    internal static string? Cache(string? cache, string? home, string? entry)
    {
        if (IsAbsolute(cache))
        {
            return cache;
        }

        var place = IsAbsolute(home) ? home : IsAbsolute(entry) && entry != "/" ? entry : null;
        return place is null ? null : Path.Combine(place, ".cache");
    }

    private static bool IsAbsolute(string? path) => path is not null && Path.IsPathFullyQualified(path);
}
