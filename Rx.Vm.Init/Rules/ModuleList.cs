using System.Text;

namespace Rx.Vm.Init.Rules;

/// <summary>A list of kernel modules: one absolute path a line, in the order in which they are loaded.</summary>
internal static class ModuleList
{
    /// <summary>Most modules taken from one list.</summary>
    public const int MaxModules = 512;

    /// <summary>Longest path, in bytes.</summary>
    public const int MaxPath = 1024;

    /// <summary>
    /// The paths of a list. Empty lines and lines starting with <c>#</c> say nothing; a line that isn't a usable path is counted in
    /// <paramref name="rejected"/> and skipped, as is everything after <see cref="MaxModules"/>.
    /// </summary>
    public static List<string> Parse(ReadOnlySpan<byte> text, out int rejected)
    {
        var paths = new List<string>();
        rejected = 0;
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            var line = (end < 0 ? text : text[..end]).Trim(" \t\r"u8);
            text = end < 0 ? default : text[(end + 1)..];
            if (line.IsEmpty || line[0] == (byte)'#')
            {
                continue;
            }

            if (line[0] != (byte)'/' || line.Length > MaxPath || line.Contains((byte)0) || paths.Count == MaxModules)
            {
                rejected++;
                continue;
            }

            paths.Add(Encoding.UTF8.GetString(line));
        }

        return paths;
    }
}
