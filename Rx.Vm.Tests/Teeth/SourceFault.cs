namespace Rx.Vm.Tests.Teeth;

/// <summary>A fault of one line in a source file, and the rule that must catch it.</summary>
/// <param name="Name">What goes wrong.</param>
/// <param name="Where">The file, and what is compiled and judged with it.</param>
/// <param name="Caught">The rule it breaks before any other, as Class.Method.</param>
/// <param name="Sound">The text as it is.</param>
/// <param name="Faulty">The text that stands for it.</param>
internal sealed record SourceFault(string Name, SourceFile Where, string Caught, string Sound, string Faulty)
{
    /// <summary>Text before the place, where <paramref name="Sound"/> occurs more than once: the first after it is meant.</summary>
    public string After { get; init; } = "";

    /// <summary>The line behind which the removed text goes, for a fault that is a line in the wrong place.</summary>
    public string Behind { get; init; } = "";

    /// <summary><paramref name="source"/> with the fault in it.</summary>
    public string Plant(string source)
    {
        var from = After.Length == 0 ? 0 : Once(source, After, 0) + After.Length;
        var at = After.Length == 0 ? Once(source, Sound, from) : source.IndexOf(Sound, from, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{Name}: {Where.Path} has no longer '{Sound}'");
        var planted = source[..at] + Faulty + source[(at + Sound.Length)..];
        return Behind.Length == 0 ? planted : planted.Insert(Once(planted, Behind, 0) + Behind.Length, Sound);
    }

    public override string ToString() => Name;

    private int Once(string source, string text, int from)
    {
        var at = source.IndexOf(text, from, StringComparison.Ordinal);
        Assert.True(
            at >= 0 && source.IndexOf(text, at + 1, StringComparison.Ordinal) < 0, $"{Name}: {Where.Path} must have '{text}' once");
        return at;
    }
}
