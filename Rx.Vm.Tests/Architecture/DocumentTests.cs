using System.Text.RegularExpressions;

namespace Rx.Vm.Tests.Architecture;

/// <summary>What the documents point to is there: files, headings, and the source files they name.</summary>
public partial class DocumentTests
{
    private static readonly string Root = Snapshot.Locate("");

    private static readonly string[] Files = [.. SourceTree.Files(".md", ".cs", ".csproj")];

    public static TheoryData<string> Documents => [.. Files.Where(IsDocument).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_relative_link_of_a_document_leads_somewhere(string document)
    {
        var prose = CodeSpan().Replace(Prose(document), "");
        Assert.All(Link().Matches(prose).Select(link => link.Groups["target"].Value).Where(IsRelative), target =>
        {
            var (path, heading) = target.Split('#', 2) is [var before, var after] ? (before, after) : (target, null);
            var file = path.Length == 0 ? document : Beside(document, path);
            Assert.True(Path.Exists(Path.Combine(Root, file)), $"{document}: there is no {path}");
            Assert.True(heading is null || Headings(file).Contains(heading), $"{document}: {file} has no heading #{heading}");
        });
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_source_file_a_document_names_exists(string document)
    {
        var named = CodeSpan().Matches(Prose(document)).Select(span => span.Value.Trim('`')).Where(IsSourcePath);
        Assert.All(named, name => Assert.True(
            Path.Exists(Path.Combine(Root, name)) || Path.Exists(Path.Combine(Root, Beside(document, name)))
                || Files.Any(file => file.EndsWith("/" + name, StringComparison.Ordinal)),
            $"{document}: there is no {name}"));
    }

    [Fact]
    public void Links_and_names_are_found_where_there_are_some()
    {
        var prose = Files.Where(IsDocument).Select(Prose).ToArray();
        Assert.Contains(prose, text => Link().Matches(text).Any(link => IsRelative(link.Groups["target"].Value)));
        Assert.Contains(prose, text => CodeSpan().Matches(text).Any(span => IsSourcePath(span.Value.Trim('`'))));
        Assert.Contains("two-commands", Headings("README.md"));
    }

    private static bool IsDocument(string file) => file.EndsWith(".md", StringComparison.Ordinal);

    private static string Prose(string document) => Fence().Replace(File.ReadAllText(Path.Combine(Root, document)), "");

    private static bool IsRelative(string target) => !Scheme().IsMatch(target);

    // A path that begins in one of the repository's folders, or a file that can only be one of its own.
    private static bool IsSourcePath(string text) => PathText().IsMatch(text)
        && (Path.GetExtension(text) is ".cs" or ".csproj" or ".md"
            || (text.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && Directory.Exists(Path.Combine(Root, text[..slash]))));

    private static string Beside(string document, string path) =>
        Path.GetRelativePath(Root, Path.GetFullPath(Path.Combine(Root, Path.GetDirectoryName(document)!, path)));

    // As the sites that show them make anchors of headings.
    private static HashSet<string> Headings(string document) =>
    [
        .. Heading().Matches(Prose(document))
            .Select(heading => NotInAnchors().Replace(heading.Groups["text"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-')),
    ];

    [GeneratedRegex("^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex("`[^`\n]+`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^[a-z]+:")]
    private static partial Regex Scheme();

    [GeneratedRegex(@"^[\w.-]+(/[\w.-]+)*/?$")]
    private static partial Regex PathText();

    [GeneratedRegex("^#+ (?<text>.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
