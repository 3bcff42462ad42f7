using System.Text.Json;
using System.Text.RegularExpressions;
using Rx.Vm.Pods;

namespace Rx.Vm.Tests.Pods;

/// <summary>The page about pod specs names the fields there are: its example has each of them, and is read.</summary>
public partial class PodSpecDocumentTests
{
    private static readonly string Page = File.ReadAllText(Snapshot.Locate("docs/podspec.md"));

    private static string Example => Fence().Match(Page).Groups["json"].Value;

    [Fact]
    public void Its_example_is_a_pod_spec()
    {
        var pod = PodSpec.Parse(Example);
        pod.Validate();
        Assert.Equal(["sh", "-c", "echo \"$GREETING from $(id -un) in $(pwd)\""], Assert.Single(pod.Containers).Arguments);
    }

    [Fact]
    public void Its_tables_and_its_example_have_the_same_fields()
    {
        using var example = JsonDocument.Parse(Example);
        var pod = example.RootElement;
        var container = pod.GetProperty("containers")[0];
        Assert.Equal(
            Names(pod).Concat(Names(container)).Order(StringComparer.Ordinal),
            Row().Matches(Page).SelectMany(row => Span().Matches(row.Groups["fields"].Value)).Select(span => span.Groups[1].Value)
                .Order(StringComparer.Ordinal));
    }

    // What is in the rows and is no field of either would be refused.
    [Theory]
    [InlineData("resource", "vcpu", "memory")]
    [InlineData("envs", "env", "value")]
    [InlineData("user", "name", "group", "additionalGroups")]
    public void The_row_of_a_field_with_fields_names_them(string field, params string[] inner)
    {
        var row = Row().Matches(Page).Single(r => r.Groups["fields"].Value.Contains($"`{field}`", StringComparison.Ordinal)).Value;
        Assert.All(inner, name => Assert.Contains($"`{name}`", row, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Names(JsonElement value) => value.EnumerateObject().Select(field => field.Name);

    [GeneratedRegex("```json\n(?<json>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^\| (?<fields>`[^|]*) \|.*$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`(.+?)`")]
    private static partial Regex Span();
}
