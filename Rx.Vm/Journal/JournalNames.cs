using System.Collections.Frozen;

namespace Rx.Vm.Journal;

/// <summary>
/// The members of an enum by their exact names, both ways. The parser of the base library would also take numbers and lists, which no
/// writer of journals writes.
/// </summary>
/// <typeparam name="T">The enum.</typeparam>
internal static class JournalNames<T>
    where T : struct, Enum
{
    private static readonly FrozenDictionary<string, T> Values =
        Enum.GetValues<T>().ToFrozenDictionary(value => value.ToString(), StringComparer.Ordinal);

    /// <summary>The member called <paramref name="name"/>, or null.</summary>
    public static T? Find(string? name) => name is not null && Values.TryGetValue(name, out var value) ? value : null;
}
