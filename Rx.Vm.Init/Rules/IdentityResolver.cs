namespace Rx.Vm.Init.Rules;

/// <summary>Turns the names and numbers of a pod spec into ids, against the container's own account files.</summary>
internal static class IdentityResolver
{
    /// <summary>Most supplementary groups of a process.</summary>
    public const int MaxGroups = 1024;

    /// <summary>
    /// Resolves. An empty user is root. A name wins over a number; a number needs no entry, a name does. Without a group the user's
    /// primary group is used (0 for a number without entry). The groups that list the user as member are joined, then the additional ones.
    /// </summary>
    public static bool TryResolve(
        ReadOnlySpan<byte> passwd,
        ReadOnlySpan<byte> group,
        string? user,
        string? primary,
        IReadOnlyList<string> additional,
        out Identity identity,
        out string error)
    {
        identity = new(0, 0, [], "/");
        error = "";
        var groups = AccountFiles.Groups(group);
        if (!TryUser(AccountFiles.Users(passwd), string.IsNullOrEmpty(user) ? "0" : user, out var found))
        {
            error = $"there is no user '{user}' in the image's /etc/passwd";
            return false;
        }

        var gid = found.Gid;
        if (!string.IsNullOrEmpty(primary) && !TryGroup(groups, primary, out gid))
        {
            error = $"there is no group '{primary}' in the image's /etc/group";
            return false;
        }

        var joined = new SortedSet<uint>(groups.Where(g => found.Name.Length > 0 && g.Members.Contains(found.Name)).Select(g => g.Gid));
        foreach (var name in additional)
        {
            if (!TryGroup(groups, name, out var extra))
            {
                error = $"there is no group '{name}' in the image's /etc/group";
                return false;
            }

            joined.Add(extra);
        }

        identity = new(found.Uid, gid, [.. joined.Take(MaxGroups)], found.Home.StartsWith('/') ? found.Home : "/");
        return true;
    }

    private static bool TryUser(List<UserEntry> users, string name, out UserEntry found)
    {
        var entry = users.Find(u => u.Name == name);
        if (entry is null && AccountFiles.TryId(name, out var uid))
        {
            entry = users.Find(u => u.Uid == uid) ?? new UserEntry("", uid, 0, "/");
        }

        found = entry ?? new UserEntry("", 0, 0, "/");
        return entry is not null;
    }

    private static bool TryGroup(List<GroupEntry> groups, string name, out uint gid)
    {
        var entry = groups.Find(g => g.Name == name);
        gid = entry?.Gid ?? 0;
        return entry is not null || AccountFiles.TryId(name, out gid);
    }
}
