namespace Rx.Vm.Init.Rules;

/// <summary>Builds the environment of a process. Nothing is inherited: it is the defaults, then what the host asked for.</summary>
internal static class EnvironmentBlock
{
    /// <summary>The search path of a container that names none.</summary>
    public const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>
    /// <c>NAME=value</c> strings: PATH, HOSTNAME, HOME and, on a terminal, TERM; then <paramref name="wanted"/> in order. The last one
    /// of a name wins and keeps the place of the first.
    /// </summary>
    public static string[] Build(IReadOnlyList<KeyValuePair<string, string>> wanted, string hostname, string home, bool terminal)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var block = new List<string>();
        Set("PATH", DefaultPath);
        Set("HOSTNAME", hostname);
        Set("HOME", home);
        if (terminal)
        {
            Set("TERM", "xterm");
        }

        foreach (var (name, value) in wanted)
        {
            Set(name, value);
        }

        return [.. block];

        void Set(string name, string value)
        {
            if (places.TryAdd(name, block.Count))
            {
                block.Add("");
            }

            block[places[name]] = $"{name}={value}";
        }
    }

    /// <summary>The value of a name in a block, or null.</summary>
    public static string? Find(IReadOnlyList<string> block, string name)
    {
        var prefix = name + "=";
        return block.FirstOrDefault(v => v.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..];
    }
}
