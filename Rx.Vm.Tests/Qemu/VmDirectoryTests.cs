using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Native;
using Rx.Vm.Qemu;
using Rx.Vm.Qemu.Processes;

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
        using var socket = directory.Listen("qmp.sock");
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
        File.WriteAllText(Path.Combine(first.Path, "qmp.sock"), "x");
        first.Dispose();

        using var second = VmDirectory.Create(Root, "vm");

        Assert.Equal(["machine.json"], second.List());
    }

    [Fact]
    public void Directory_With_a_link_for_a_record_says_so_and_follows_it_nowhere()
    {
        using var directory = VmDirectory.Create(Root, "vm");
        var record = Path.Combine(directory.Path, DirectoryRecord.FileName);
        File.Move(record, _temp["elsewhere"]);
        File.CreateSymbolicLink(record, _temp["elsewhere"]);

        Assert.Null(directory.ReadRecord(out var problem));
        Assert.Equal("it is a link, so it was not written by rxvm", problem);
    }

    [Theory]
    [InlineData("Create")]
    [InlineData("RemoveStale")]
    [InlineData("Remove")]
    [InlineData("Sweep")]
    public void Directory_With_anything_that_no_machine_makes_is_never_emptied_whoever_wants_to(string remover)
    {
        VmDirectory.Create(Root, "vm").Dispose();
        var path = Path.Combine(Root, "vm");
        File.WriteAllText(Path.Combine(path, "core.1x"), "x");

        using (var directory = VmDirectory.Open(path)!)
        {
            var refusal = Record.Exception(() =>
            {
                switch (remover)
                {
                    case "Create":
                        VmDirectory.Create(Root, "vm");
                        break;
                    case "RemoveStale":
                        VmDirectory.RemoveStale(path);
                        break;
                    case "Remove":
                        directory.Remove();
                        break;
                    default:
                        LeftoverSweep.Run(Root, Serilog.Core.Logger.None);
                        break;
                }
            });
            Assert.Equal(remover != "Sweep", refusal is VmDirectoryException && refusal.Message.Contains("'core.1x'", StringComparison.Ordinal));
            Assert.Equal(["core.1x", "machine.json"], directory.List().Order(StringComparer.Ordinal));
        }

        File.Delete(Path.Combine(path, "core.1x"));
        VmDirectory.Create(Root, "vm").Dispose();
    }

    /// <summary>As a child that was just forked has it.</summary>
    [Fact]
    public void Directory_A_second_holder_of_an_opening_keeps_no_lock_that_was_given_back()
    {
        VmDirectory.Create(Root, "vm").Dispose();
        var root = RuntimeRoot.OpenLocked(Root);
        using var forked = new SafeFileHandle(Libc.fcntl(root.Handle, 1030, 0), ownsHandle: true);
        Assert.False(forked.IsInvalid);

        root.Dispose();

        using var again = RuntimeRoot.Open(Root);
        Assert.Equal(0, Libc.flock(again.Handle, 2 | 4));
    }

    [Fact]
    public void Directory_That_cannot_be_filled_is_let_go_of()
    {
        VmDirectory.Create(Root, "vm").Dispose();
        var inTheWay = Directory.CreateDirectory(Path.Combine(Root, "vm", "machine.json.new"), Private);

        AssertRefused("machine.json.new");

        inTheWay.Delete();
        VmDirectory.Create(Root, "vm").Dispose();
    }

    [Fact]
    public void Directory_What_goes_wrong_with_the_disk_is_an_exception_of_directories()
    {
        Assert.SkipUnless(Libc.geteuid() == 0, "only root can be another user for a moment");
        using var directory = VmDirectory.Create(Root, "vm");
        Exception? seen = null;

        SignalRights.As(65534, () =>
        {
            seen = Record.Exception(() => directory.List());
            return 0;
        });

        Assert.IsType<VmDirectoryException>(seen);
    }

    [Fact]
    public async Task Directory_A_record_that_names_another_directory_than_its_own_removes_nothing()
    {
        VmDirectory.Create(_temp["other"], "vm").Dispose();
        var driver = new QemuDriver(new QemuDriverOptions { RuntimeRoot = Root, CacheDirectory = _temp["cache"] });
        var gone = new ProcessIdentity(1, 0, 0, "another boot");

        foreach (var (id, directory) in new[] { ("vm", _temp["other/vm"]), ("..", Root + "/.."), ("vm", "vm"), ("vm", "") })
        {
            var refusal = await Assert.ThrowsAsync<MachineStartException>(
                () => driver.AttachAsync(new MachineRecord(id, gone, directory, false, ""), TestContext.Current.CancellationToken).AsTask());
            Assert.Equal(MachineStartFailure.InvalidSpec, refusal.Cause);
        }

        Assert.True(Directory.Exists(_temp["other/vm"]));
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
        File.CreateSymbolicLink(Path.Combine(directory.Path, "qmp.sock"), outside);
        Directory.CreateSymbolicLink(Path.Combine(directory.Path, "ctl.sock"), _temp.Path);

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
