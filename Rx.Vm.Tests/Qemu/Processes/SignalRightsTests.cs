using Rx.Vm.Native;
using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Tests.Qemu.Processes;

public sealed class SignalRightsTests
{
    [Theory]
    [InlineData("         0          0 4294967295\n", true)]
    [InlineData("         0     100000      65536\n", false)]
    [InlineData("         0          0          1\n         1     100001      65535\n", false)]
    [InlineData("", false)]
    public void The_initial_namespace_is_known_by_its_map(string map, bool expected) =>
        Assert.Equal(expected, SignalRights.IsIdentity(map));

    [Fact]
    public void A_change_of_user_is_one_thread_s_and_leaves_the_process_as_it_was()
    {
        Assert.SkipWhen(Environment.UserName != "root", "only root can become someone else");
        var inside = 0u;

        Assert.Equal(0, SignalRights.As(65534, () =>
        {
            inside = Libc.geteuid();
            return 0;
        }));

        Assert.Equal((65534u, 0u), (inside, Libc.geteuid()));
        Assert.Equal(1, Libc.prctl(3, 0, 0, 0, 0));
    }
}
