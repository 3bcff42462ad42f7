using System.Globalization;
using System.Text;

namespace Rx.Vm.Init.Rules;

/// <summary>
/// Reads the container's own account files. They come from an image, so they are hostile: a line that isn't well formed is skipped, and
/// only the first <see cref="MaxBytes"/> and <see cref="MaxLines"/> of a file count.
/// </summary>
internal static class AccountFiles
{
    /// <summary>Bytes of a file that are looked at.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Lines of a file that are looked at.</summary>
    public const int MaxLines = 16_384;

    /// <summary>The users of an /etc/passwd, in order.</summary>
    public static List<UserEntry> Users(ReadOnlySpan<byte> passwd)
    {
        var users = new List<UserEntry>();
        foreach (var fields in Lines(passwd))
        {
            if (fields.Length >= 6 && fields[0].Length > 0 && TryId(fields[2], out var uid) && TryId(fields[3], out var gid))
            {
                users.Add(new(fields[0], uid, gid, fields[5]));
            }
        }

        return users;
    }

    /// <summary>The groups of an /etc/group, in order.</summary>
    public static List<GroupEntry> Groups(ReadOnlySpan<byte> group)
    {
        var groups = new List<GroupEntry>();
        foreach (var fields in Lines(group))
        {
            if (fields.Length >= 3 && fields[0].Length > 0 && TryId(fields[2], out var gid))
            {
                groups.Add(new(fields[0], gid, fields.Length > 3 ? fields[3].Split(',', StringSplitOptions.RemoveEmptyEntries) : []));
            }
        }

        return groups;
    }

    /// <summary>A decimal id. 2^32-1 is not one: the kernel reads it as "leave unchanged".</summary>
    public static bool TryId(string text, out uint id) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id != uint.MaxValue;

    private static IEnumerable<string[]> Lines(ReadOnlySpan<byte> file)
    {
        var text = Encoding.UTF8.GetString(file.Length > MaxBytes ? file[..MaxBytes] : file);
        return text.Split('\n', MaxLines + 1)
            .Take(MaxLines)
            .Where(line => !line.Contains('\0'))
            .Select(line => line.TrimEnd('\r').Split(':'));
    }
}
