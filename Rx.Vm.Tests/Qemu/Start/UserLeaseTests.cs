using Rx.Vm.Native;
using Rx.Vm.Qemu;
using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Tests.Qemu;

public sealed class UserLeaseTests : IDisposable
{
    private const string Everything = "         0          0 4294967295\n";
    private readonly TemporaryDirectory _temp = new();

    private QemuDriverOptions Options => new() { RuntimeRoot = _temp["run"], UserRange = new QemuUserRange(1_800_000_000, 3) };

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Each_machine_of_a_root_host_gets_a_user_of_its_own_and_the_next_one_a_user_that_is_free()
    {
        Assert.SkipUnless(Libc.geteuid() == 0 && PrivilegeDrop.CanChangeUser, "only root changes users");
        using var first = UserLease.Take(Options)!;
        using var second = UserLease.Take(Options)!;
        using var third = UserLease.Take(Options)!;

        Assert.Equal([1_800_000_000u, 1_800_000_001u, 1_800_000_002u], new[] { first, second, third }.Select(l => l.User.Uid));
        Assert.Equal(second.User.Uid, second.User.Gid);
        Assert.Contains("3 users", Assert.Throws<IOException>(() => UserLease.Take(Options)).Message, StringComparison.Ordinal);
        second.Dispose();
        Assert.Equal(1_800_000_001u, UserLease.Take(Options)!.User.Uid);
    }

    /// <summary>As a machine can that was taken over by its guest: the lock is one for all who inherited it.</summary>
    [Fact]
    public void A_user_stays_its_machines_though_the_machine_lets_go_of_its_lock_until_its_end_was_seen()
    {
        Assert.SkipUnless(Libc.geteuid() == 0 && PrivilegeDrop.CanChangeUser, "only root changes users");
        var first = UserLease.Take(Options)!;
        Assert.Equal(0, Libc.flock(first.File!, 8));
        var kept = first.Keep()!;
        first.Dispose();

        using (var second = UserLease.Take(Options)!)
        {
            Assert.NotEqual(first.User, second.User);
        }

        kept.Dispose();
        using var third = UserLease.Take(Options)!;
        Assert.Equal(first.User, third.User);
    }

    [Fact]
    public void A_user_that_was_named_is_everybodys() =>
        Assert.Equal(new QemuUser(7, 8), UserLease.Take(Options with { RunAs = new QemuUser(7, 8) })!.User);

    [Fact]
    public void No_range_means_no_change() => Assert.Null(UserLease.Take(Options with { UserRange = QemuUserRange.None }));

    [Fact]
    public void The_default_range_moves_into_a_user_namespace_and_a_chosen_one_does_not()
    {
        const string rootless = "         0       1000          1\n         1     100000      65536\n";

        Assert.Same(QemuUserRange.Default, UserLease.Usable(QemuUserRange.Default, Everything));
        Assert.Equal(new QemuUserRange(64_513, 1024), UserLease.Usable(QemuUserRange.Default, rootless));
        Assert.Equal(0, UserLease.Usable(new QemuUserRange(1_800_000_000, 3), rootless).Count);
        Assert.Equal(0, UserLease.Usable(QemuUserRange.Default, "0 1000 1\n").Count);
        Assert.Equal(0, UserLease.Usable(QemuUserRange.Default, "").Count);
    }

    [Fact]
    public void A_boot_file_that_others_may_not_read_is_handed_over_as_a_copy_and_any_other_as_itself()
    {
        var path = _temp["kernel"];
        var content = new byte[3 << 20];
        new Random(5).NextBytes(content);
        File.WriteAllBytes(path, content);

        foreach (var mode in new[] { UnixFileMode.UserRead, UnixFileMode.UserRead | UnixFileMode.OtherRead })
        {
            File.SetUnixFileMode(path, mode);
            using var file = HandedFile.Open(path);
            var target = File.ResolveLinkTarget($"/proc/self/fd/{file.DangerousGetHandle()}", false)!.FullName;

            Assert.Equal(mode == UnixFileMode.UserRead, target.StartsWith("/memfd:", StringComparison.Ordinal));
            Assert.Equal(content, File.ReadAllBytes($"/proc/self/fd/{file.DangerousGetHandle()}"));
        }

        Assert.Contains("nowhere", Assert.Throws<IOException>(() => HandedFile.Open(_temp["nowhere"])).Message, StringComparison.Ordinal);
    }
}
