using System.Net.Sockets;
using Rx.Vm.Qemu;

namespace Rx.Vm.Tests.Qemu;

public sealed class VmDirectoryTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryDirectory _temp = new();

    private string Root => _temp["run"];

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Directory_Create_is_private_and_Remove_leaves_the_root_empty()
    {
        using var directory = VmDirectory.Create(Root, "vm");

        Assert.Equal(Private, File.GetUnixFileMode(Path.Combine(Root, "vm")));
        Assert.Equal(Private, File.GetUnixFileMode(Root));
        File.WriteAllText(Path.Combine(Root, "vm", "core"), "x");
        using var socket = directory.Listen("s.sock");
        directory.Remove();
        directory.Remove();
        Assert.Empty(Directory.EnumerateFileSystemEntries(Root));
    }

    [Fact]
    public void Directory_Create_twice_is_refused_while_held_and_taken_over_after()
    {
        var first = VmDirectory.Create(Root, "vm");
        AssertRefused("already runs");
        Assert.False(VmDirectory.RemoveStale(first.Path));
        File.WriteAllText(Path.Combine(first.Path, "old"), "x");
        first.Dispose();

        using var second = VmDirectory.Create(Root, "vm");

        Assert.Equal(["machine.json"], second.List());
    }

    [Fact]
    public void Directory_RemoveStale_removes_what_nobody_holds()
    {
        var directory = VmDirectory.Create(Root, "vm");
        var path = directory.Path;
        directory.Dispose();

        Assert.True(VmDirectory.RemoveStale(path));
        Assert.True(VmDirectory.RemoveStale(path));
        Assert.False(Directory.Exists(path));
        Assert.True(VmDirectory.RemoveStale(_temp["nowhere/vm"]));
    }

    [Fact]
    public void Directory_A_link_in_place_of_the_directory_is_refused_and_its_target_untouched()
    {
        Directory.CreateDirectory(Root, Private);
        var victim = Directory.CreateDirectory(_temp["victim"], Private).FullName;
        File.WriteAllText(Path.Combine(victim, "keep"), "x");
        Directory.CreateSymbolicLink(Path.Combine(Root, "vm"), victim);

        Assert.Throws<VmDirectoryException>(() => VmDirectory.Create(Root, "vm"));
        Assert.Throws<VmDirectoryException>(() => VmDirectory.Open(Path.Combine(Root, "vm")));
        Assert.True(File.Exists(Path.Combine(victim, "keep")));
    }

    [Fact]
    public void Directory_A_link_in_place_of_the_root_is_refused()
    {
        Directory.CreateDirectory(_temp["elsewhere"], Private);
        Directory.CreateSymbolicLink(Root, _temp["elsewhere"]);

        Assert.Throws<VmDirectoryException>(() => VmDirectory.Create(Root, "vm"));
        Assert.NotNull(RuntimeRoot.ProblemWith(Root));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp["elsewhere"]));
    }

    [Fact]
    public void Directory_A_root_that_others_may_write_is_refused()
    {
        Directory.CreateDirectory(Root);
        File.SetUnixFileMode(Root, Private | UnixFileMode.OtherWrite);

        AssertRefused("others");
    }

    [Fact]
    public void Directory_A_root_of_another_user_is_refused()
    {
        Assert.SkipWhen(Environment.UserName != "root", "only root can give a directory away");
        Directory.CreateDirectory(Root, Private);
        using var chown = System.Diagnostics.Process.Start("chown", ["1", Root]);
        chown.WaitForExit();

        AssertRefused("belongs to user 1");
    }

    [Theory]
    [InlineData("relative/root")]
    [InlineData("/proc/nowhere")]
    public void Directory_An_impossible_root_is_refused(string root) => Assert.NotNull(RuntimeRoot.ProblemWith(root));

    [Fact]
    public void Directory_Remove_takes_links_away_and_does_not_follow_them()
    {
        var outside = _temp["outside"];
        File.WriteAllText(outside, "x");
        using var directory = VmDirectory.Create(Root, "vm");
        File.CreateSymbolicLink(Path.Combine(directory.Path, "link"), outside);
        Directory.CreateSymbolicLink(Path.Combine(directory.Path, "dirlink"), _temp.Path);

        directory.Remove();

        Assert.True(File.Exists(outside));
        Assert.False(Directory.Exists(directory.Path));
    }

    [Fact]
    public void Directory_Remove_after_a_swap_leaves_the_other_directory_alone()
    {
        using var directory = VmDirectory.Create(Root, "vm");
        Directory.Move(directory.Path, Path.Combine(Root, "moved"));
        Directory.CreateDirectory(directory.Path, Private);

        directory.Remove();

        Assert.True(Directory.Exists(directory.Path));
    }

    private void AssertRefused(string word)
    {
        var error = Assert.Throws<VmDirectoryException>(() => VmDirectory.Create(Root, "vm"));
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<int> Lengths => [.. Enumerable.Range(100, 11), 200];

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task Directory_Sockets_work_at_any_path_length(int length)
    {
        var root = Path.Combine(_temp.Path, new string('r', length - _temp.Path.Length - "/vm/s.sock".Length - 1));
        using var directory = VmDirectory.Create(root, "vm");
        using var handle = directory.Listen("s.sock");
        using var listener = new Socket(new SafeSocketHandle(handle.DangerousGetHandle(), ownsHandle: false));

        using var client = directory.Connect("s.sock");
        using var server = await listener.AcceptAsync(TestContext.Current.CancellationToken);

        Assert.Equal(length, Path.Combine(directory.Path, "s.sock").Length);
        Assert.True(File.Exists(Path.Combine(directory.Path, "s.sock")));
        Assert.Equal(1, server.Send([1]));
        Assert.Equal(1, client.Receive(new byte[1]));
    }

    [Fact]
    public void Directory_Connect_to_nobody_is_an_error_at_once()
    {
        using var directory = VmDirectory.Create(Root, "vm");

        Assert.Throws<SocketException>(() => directory.Connect("none"));
        directory.Listen("stale").Dispose();
        Assert.Throws<SocketException>(() => directory.Connect("stale"));
    }
}
