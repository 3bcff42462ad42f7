using System.Globalization;

namespace Rx.Vm.Testing.Simulation;

/// <summary>The users and groups of every simulated image.</summary>
internal static class Accounts
{
    /// <summary>The numbers behind a name or number; null for a name that nobody has. No name is root.</summary>
    public static (int Uid, int Gid)? Find(string? name) => name switch
    {
        null or "" or "root" => (0, 0),
        "daemon" => (1, 1),
        "nobody" => (65534, 65534),
        _ when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => (number, number),
        _ => null,
    };
}
