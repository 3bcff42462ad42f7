namespace Rx.Vm.Testing;

/// <summary>Makes legends, which say what the names in a marble diagram stand for.</summary>
public static class MarbleLegend
{
    /// <summary>A legend of names and values; also what <c>[("a", 1), ("b", 2)]</c> calls.</summary>
    /// <exception cref="MarbleException">A name is taken twice or cannot be written in a diagram.</exception>
    public static MarbleLegend<T> Create<T>(ReadOnlySpan<(string Name, T Value)> entries) => new([.. entries], []);

    /// <summary>A legend of a dictionary's names and values.</summary>
    /// <exception cref="MarbleException">A name cannot be written in a diagram.</exception>
    public static MarbleLegend<T> Of<T>(IEnumerable<KeyValuePair<string, T>> entries) =>
        new([.. entries.Select(e => (e.Key, e.Value))], []);
}
