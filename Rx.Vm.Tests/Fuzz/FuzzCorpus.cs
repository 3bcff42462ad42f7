using System.Reflection;

namespace Rx.Vm.Tests.Fuzz;

/// <summary>
/// The inputs that are kept in Fuzz/Corpus, one folder per target: seeds, and what once failed. A file is an input as it is, its first
/// character the cuts; one that ends in <c>.hex</c> is written in hexadecimal, with comments from '#' to the end of the line.
/// </summary>
internal static class FuzzCorpus
{
    private const string Prefix = "fuzz/";
    private static readonly Assembly Home = typeof(FuzzCorpus).Assembly;

    /// <summary>The inputs of a target, with their names.</summary>
    public static IReadOnlyList<(string Name, byte[] Input)> Of(string target) =>
    [
        .. Home.GetManifestResourceNames()
            .Where(name => name.StartsWith($"{Prefix}{target}/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => (name[Prefix.Length..], Read(name))),
    ];

    private static byte[] Read(string name)
    {
        using var stream = Home.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return name.EndsWith(".hex", StringComparison.Ordinal) ? FromHex(System.Text.Encoding.UTF8.GetString(bytes)) : bytes;
    }

    private static byte[] FromHex(string text) => Convert.FromHexString(string.Concat(
        text.Split('\n').Select(line => line.Split('#')[0]).SelectMany(line => line).Where(c => !char.IsWhiteSpace(c))));
}
