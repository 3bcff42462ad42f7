namespace Rx.Vm.Tests;

/// <summary>Whose cache is used: the caller's own or none.</summary>
public class UserDirectoriesTests
{
    [Theory]
    [InlineData("/cache", "/home/me", "/home/entry", "/cache")]
    [InlineData("cache", "/home/me", "/home/entry", "/home/me/.cache")]
    [InlineData("", "/no/such/home", "/root", "/no/such/home/.cache")]
    [InlineData(null, "/", "/root", "/.cache")]
    [InlineData(null, "", "/home/entry", "/home/entry/.cache")]
    [InlineData(null, "relative", "/home/entry", "/home/entry/.cache")]
    [InlineData(null, null, "/", null)]
    [InlineData(null, null, "", null)]
    public void The_cache_is_below_what_the_user_says_or_the_list_of_users(string? cache, string? home, string? entry, string? expected) =>
        Assert.Equal(expected, UserDirectories.Cache(cache, home, entry));
}
