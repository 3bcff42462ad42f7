namespace Rx.Vm.Tests.Lifecycle.Search;

/// <summary>Delta debugging: the failing part of a failing list.</summary>
internal static class Shrink
{
    /// <summary>
    /// A sublist of <paramref name="items"/> that still <paramref name="fails"/>, and from which no single item can be taken: cuts halves, then
    /// quarters, down to single items, as long as what is left fails.
    /// </summary>
    public static List<T> List<T>(IReadOnlyList<T> items, Func<IReadOnlyList<T>, bool> fails)
    {
        var rest = items.ToList();
        for (var size = Math.Max(1, rest.Count / 2); size > 0;)
        {
            var cut = false;
            for (var at = 0; at + size <= rest.Count;)
            {
                List<T> without = [.. rest.Take(at), .. rest.Skip(at + size)];
                var failed = fails(without);
                (rest, cut, at) = failed ? (without, true, at) : (rest, cut, at + size);
            }

            size = cut ? Math.Min(size, Math.Max(1, rest.Count / 2)) : size / 2;
        }

        return rest;
    }
}
