using System.Text.RegularExpressions;

namespace Rx.Vm.Tests.Architecture;

/// <summary>Which folder may know which: the pure core knows no Rx, I/O, clock or other folder, and references go one way.</summary>
public partial class DependencyTests
{
    private static readonly string[] Impure =
    [
        "System.Reactive", "System.IO", "System.Net", "System.Threading", "System.Diagnostics.Process", "Serilog", "DynamicData", "Rx.Qmp",
        "Rx.Vm.Reactive", "Rx.Vm.Sources", "Rx.Vm.Effects", "Rx.Vm.Guest", "Rx.Vm.Qemu", "Rx.Vm.Images", "Rx.Vm.Fleet", "Rx.Vm.Journal",
        "Rx.Vm.Testing",
    ];

    [Theory]
    [InlineData("Rx.Vm/Lifecycle")]
    [InlineData("Rx.Vm/Pods")]
    [InlineData("Rx.Vm/Devices")]
    public void The_pure_core_knows_nothing_but_itself(string folder) => AssertAvoids(folder, Impure);

    [Fact]
    public void The_QMP_client_does_not_know_the_runtime() => AssertAvoids("Rx.Qmp", ["Rx.Vm"]);

    [Fact]
    public void The_shared_wire_types_need_only_the_base_library() =>
        AssertAvoids("Rx.Vm/Guest/Wire", ["System.Reactive", "Serilog", "Rx.Qmp", "Rx.Vm.Lifecycle", "Rx.Vm.Pods", "Rx.Vm.Qemu", "Rx.Vm.Effects"]);

    [Fact]
    public void The_libraries_reference_no_test_framework_and_no_console_library() => Assert.DoesNotContain(
        new[] { typeof(VmHost).Assembly, typeof(Rx.Qmp.QmpClient).Assembly }
            .SelectMany(library => library.GetReferencedAssemblies())
            .Select(reference => reference.Name!),
        name => name.StartsWith("xunit", StringComparison.Ordinal) || name is "CsCheck" or "Spectre.Console" or "System.CommandLine");

    [Fact]
    public void The_rule_sees_a_reference_where_there_is_one() =>
        Assert.Contains("Rx.Qmp", References(Path.Combine(Repository(), "Rx.Vm/Effects/DeviceEffects.cs")));

    private static void AssertAvoids(string folder, string[] forbidden)
    {
        var root = Repository();
        var files = Directory.EnumerateFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .ToArray();
        Assert.NotEmpty(files);
        var broken = files.SelectMany(file => References(file)
            .Where(name => forbidden.Any(f => name == f || name.StartsWith(f + ".", StringComparison.Ordinal)))
            .Select(name => $"{Path.GetRelativePath(root, file)} knows {name}"));
        Assert.Empty(broken);
    }

    // What code names: usings, and qualified names outside of comments.
    private static IEnumerable<string> References(string file) => File.ReadLines(file)
        .Select(line => line.TrimStart())
        .Where(line => !line.StartsWith("//", StringComparison.Ordinal))
        .SelectMany(line => Qualified().Matches(line).Select(m => m.Value));

    [GeneratedRegex(@"\b(System|Serilog|DynamicData|Xunit|CsCheck|Rx)(\.[A-Z]\w*)*")]
    private static partial Regex Qualified();

    private static string Repository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "RxRuntime.sln")))
        {
            directory = directory.Parent ?? throw new DirectoryNotFoundException("RxRuntime.sln is in no parent folder");
        }

        return directory.FullName;
    }
}
