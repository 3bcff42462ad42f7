using System.Reactive.Concurrency;
using Microsoft.CodeAnalysis.CSharp;

namespace Rx.Vm.Tests.Mutation;

/// <summary>Mutation testing itself: which changes it makes, and its command line. It is run by the soak lane.</summary>
public class MutationTests
{
    [Theory]
    [InlineData("a + b", "a - b")]
    [InlineData("a < b", "a <= b", "a >= b")]
    [InlineData("a == b", "a != b")]
    [InlineData("a && b", "a || b")]
    [InlineData("!a", "a")]
    [InlineData("a.ConfigureAwait(false)")]
    [InlineData("7", "8", "6")]
    [InlineData("0x10u", "17u", "15u")]
    [InlineData("0", "1", "(-1)")]
    [InlineData("true", "false")]
    [InlineData("'a'", @"'\u0062'")]
    [InlineData("\"text\"")]
    [InlineData("x is > 3 and < 5", "x is >= 3 and < 5", "x is <= 3 and < 5", "x is > 4 and < 5", "x is > 2 and < 5",
        "x is > 3 and <= 5", "x is > 3 and >= 5", "x is > 3 and < 6", "x is > 3 and < 4", "x is > 3 or < 5")]
    public void An_expression_has_these_mutants(string expression, params string[] mutants)
    {
        var tree = CSharpSyntaxTree.ParseText(
            $"class C {{ object M() {{ f({expression}); }} }}", cancellationToken: TestContext.Current.CancellationToken);
        var made = Mutator.Of("C.cs", tree).Where(m => m.Node.ToString() != $"f({expression});").Select(m => m.Apply().ToString()).ToList();
        Assert.Equal(
            mutants.Select(m => $"class C {{ object M() {{ f({m}); }} }}").Order(StringComparer.Ordinal),
            made.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("if (f()) { g(); }", "if (!(f())) { g(); }", "if (f()) { {} }")]
    [InlineData("return f();", "return default!;")]
    [InlineData("return 0;", "return 1;", "return (-1);")]
    [InlineData("x += y;", "x -= y;", "{}")]
    [InlineData("i++;", "i--;", "{}")]
    public void A_statement_has_these_mutants(string statement, params string[] mutants)
    {
        var tree = CSharpSyntaxTree.ParseText(
            $"class C {{ object M() {{ {statement} }} }}", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(
            mutants.Select(m => $"class C {{ object M() {{ {m} }} }}").Order(StringComparer.Ordinal),
            Mutator.Of("C.cs", tree).Select(m => m.Apply().ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_test_of_a_folder_must_notice_its_changes()
    {
        string[] mirrors = ["Rx.Vm.Tests.Guest.Wire", "Rx.Qmp.Tests.Wire"];
        var tests = MutationTarget.All.Zip(mirrors, (target, mirror) => target.Tests.Where(name => name.StartsWith(mirror, StringComparison.Ordinal))
            .Select(name => $"{name[(mirror.Length + 1)..]}.cs").Order(StringComparer.Ordinal));
        var files = mirrors.Select(mirror => Directory.EnumerateFiles(
                Snapshot.Locate(mirror.Replace(".Tests.", ".Tests/", StringComparison.Ordinal).Replace("Guest.Wire", "Guest/Wire", StringComparison.Ordinal)),
                "*Tests.cs")
            .Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        Assert.Equal(files, tests);
    }

    [Fact]
    public void Every_survivor_that_is_explained_is_a_change_that_is_made()
    {
        var made = MutationTarget.All.SelectMany(target => Directory.EnumerateFiles(Snapshot.Locate(target.Name), "*.cs"))
            .SelectMany(path => Mutator.Of(Path.GetFileName(path), CSharpSyntaxTree.ParseText(File.ReadAllText(path)))).Select(m => m.Key).ToHashSet();
        Assert.Empty(Survivors.Explained().Except(made));
    }

    [Theory]
    [InlineData("--every")]
    [InlineData("--every", "many")]
    [InlineData("--target", "nowhere")]
    [InlineData("--nonsense", "1")]
    public async Task A_wrong_command_line_is_refused_with_2(params string[] args)
    {
        using var text = new StringWriter();
        Assert.Equal(2, await new MutationProgram(text, ImmediateScheduler.Instance).RunAsync(args, TestContext.Current.CancellationToken));
        Assert.Contains("./rx mutate", text.ToString());
    }
}
