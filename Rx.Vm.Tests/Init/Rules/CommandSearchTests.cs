using Rx.Vm.Init.Rules;

namespace Rx.Vm.Tests.Init.Rules;

public class CommandSearchTests
{
    [Theory]
    [InlineData("/bin/ls")]
    [InlineData("./ls")]
    [InlineData("sub/ls")]
    public void A_command_with_a_slash_is_itself(string command) => Assert.Equal([command], CommandSearch.Candidates(command, "/a:/b"));

    [Fact]
    public void A_name_is_looked_for_in_the_order_of_the_path() =>
        Assert.Equal(["/a/ls", "/b/ls"], CommandSearch.Candidates("ls", "/a:/b/"));

    [Fact]
    public void An_empty_entry_is_the_working_directory() =>
        Assert.Equal(["./ls", "/b/ls", "./ls"], CommandSearch.Candidates("ls", ":/b:"));

    [Fact]
    public void An_empty_command_is_nowhere() => Assert.Empty(CommandSearch.Candidates("", "/a"));

    [Fact]
    public void An_endless_path_is_searched_to_the_limit() =>
        Assert.Equal(
            CommandSearch.MaxDirectories, CommandSearch.Candidates("ls", string.Join(':', Enumerable.Repeat("/a", 10_000))).Count());
}
