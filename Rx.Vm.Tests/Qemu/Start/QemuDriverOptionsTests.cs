using Rx.Vm.Qemu;

namespace Rx.Vm.Tests.Qemu.Start;

public sealed class QemuDriverOptionsTests
{
    [Fact]
    public void Options_can_be_made_where_users_have_no_numbers()
    {
        Assert.Equal(Path.Combine(Path.GetTempPath(), "rxvm"), QemuDriverOptions.DefaultRuntimeRoot(null, user: null));
        Assert.Equal("/run/user/7/rxvm", QemuDriverOptions.DefaultRuntimeRoot("/run/user/7", () => throw new DllNotFoundException()));
        Assert.Equal("/run/rxvm", QemuDriverOptions.DefaultRuntimeRoot("relative", () => 0));
        Assert.Equal(Path.Combine(Path.GetTempPath(), "rxvm-7"), QemuDriverOptions.DefaultRuntimeRoot("", () => 7));
    }
}
