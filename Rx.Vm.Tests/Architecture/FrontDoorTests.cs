using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Rx.Vm.Tests.Architecture;

/// <summary>The script builds anew whatever its programs are made of.</summary>
public partial class FrontDoorTests
{
    [Theory]
    [InlineData("rxvm_sources", "Rx.Vm.Cli")]
    [InlineData("tests_sources", "Rx.Vm.Tests")]
    [InlineData("init_sources", "Rx.Vm.Init")]
    public void What_a_program_is_made_of_is_what_its_project_says(string list, string project)
    {
        var listed = Listed(list);

        var used = Folders($"{project}/{project}.csproj", []).Distinct(StringComparer.Ordinal).ToArray();

        Assert.All(used, path => Assert.Contains(listed, known => path == known || path.StartsWith(known + "/", StringComparison.Ordinal)));
        Assert.All(listed, known => Assert.Contains(used, path => path == known || path.StartsWith(known + "/", StringComparison.Ordinal)));
    }

    [Fact]
    public void Nothing_is_built_without_the_lock()
    {
        var lines = File.ReadAllLines(Path.Combine(SourceTree.Root, "rx"));
        var function = "";
        var builders = new HashSet<string>(StringComparer.Ordinal) { "run_dotnet" };
        var calls = new List<(string Caller, string Line)>();
        foreach (var line in lines)
        {
            function = Function().Match(line) is { Success: true } named ? named.Groups[1].Value : function;
            if (line.Contains(" run_dotnet ", StringComparison.Ordinal))
            {
                builders.Add(function);
            }

            calls.Add((function, line.Trim()));
        }

        Assert.Contains("build_all", builders);
        Assert.All(
            calls.Where(call => builders.Any(builder => Regex.IsMatch(call.Line, $@"(^|\) |&& ){builder}( |$)"))),
            call => Assert.True(
                builders.Contains(call.Caller) || call.Caller == "do_setup" || call.Line.StartsWith("--locked-", StringComparison.Ordinal), call.Line));
    }

    [GeneratedRegex(@"\A(\w+)\(\) [({]")]
    private static partial Regex Function();

    private static string[] Listed(string name)
    {
        var script = File.ReadAllText(Path.Combine(SourceTree.Root, "rx"));
        var words = Regex.Match(script, $@"^{name}=\((.*)\)$", RegexOptions.Multiline).Groups[1].Value.Split(' ');
        return [.. words.SelectMany(word => Other().Match(word) is { Success: true } other ? Listed(other.Groups[1].Value) : [word])];
    }

    // The folder of the project, what it takes from other folders, and the same of the projects it refers to.
    private static IEnumerable<string> Folders(string project, HashSet<string> seen)
    {
        if (!seen.Add(project))
        {
            yield break;
        }

        var folder = Path.GetDirectoryName(project)!;
        yield return folder;
        foreach (var item in XDocument.Load(Path.Combine(SourceTree.Root, project)).Descendants())
        {
            var path = item.Attribute("Include")?.Value is { } include
                ? Path.GetRelativePath(SourceTree.Root, Path.Combine(SourceTree.Root, folder, include.Split("/**")[0]))
                : "";
            if (item.Name.LocalName == "Compile")
            {
                yield return path;
            }
            else if (item.Name.LocalName == "ProjectReference")
            {
                foreach (var further in Folders(path, seen))
                {
                    yield return further;
                }
            }
        }
    }

    [GeneratedRegex(@"\A""\$\{(\w+)\[@\]\}""\z")]
    private static partial Regex Other();
}
