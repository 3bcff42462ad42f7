using System.Text;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Tests.Init.Rules;

public class ModuleListTests
{
    [Fact]
    public void Paths_keep_their_order()
    {
        Assert.Equal(["/lib/b.ko", "/lib/a.ko", "/lib/c.ko"], Parse("/lib/b.ko\n/lib/a.ko\n/lib/c.ko\n", out var rejected));
        Assert.Equal(0, rejected);
    }

    [Fact]
    public void The_last_line_needs_no_end() => Assert.Equal(["/a.ko", "/b.ko"], Parse("/a.ko\n/b.ko", out _));

    [Fact]
    public void Empty_lines_comments_and_blanks_around_paths_say_nothing()
    {
        Assert.Equal(["/a.ko", "/b c.ko"], Parse("\n# virtio\n  /a.ko \r\n\t\n/b c.ko\n\n", out var rejected));
        Assert.Equal(0, rejected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n\n")]
    [InlineData("   ")]
    public void Nothing_in_nothing_out(string text) => Assert.Empty(Parse(text, out _));

    [Theory]
    [InlineData("lib/a.ko")]
    [InlineData("../a.ko")]
    [InlineData("/a\0.ko")]
    [InlineData("\0")]
    public void A_line_that_is_no_path_is_skipped_and_counted(string line)
    {
        Assert.Equal(["/before.ko", "/after.ko"], Parse($"/before.ko\n{line}\n/after.ko\n", out var rejected));
        Assert.Equal(1, rejected);
    }

    [Fact]
    public void An_overlong_path_is_rejected_and_the_longest_legal_one_is_not()
    {
        var longest = "/" + new string('x', ModuleList.MaxPath - 1);
        Assert.Equal([longest], Parse($"{longest}\n{longest}x\n", out var rejected));
        Assert.Equal(1, rejected);
    }

    [Fact]
    public void A_flood_is_cut_at_the_limit()
    {
        var text = string.Concat(Enumerable.Range(0, ModuleList.MaxModules + 3).Select(i => $"/{i}.ko\n"));
        Assert.Equal(ModuleList.MaxModules, Parse(text, out var rejected).Count);
        Assert.Equal(3, rejected);
    }

    private static List<string> Parse(string text, out int rejected) => ModuleList.Parse(Encoding.UTF8.GetBytes(text), out rejected);
}
