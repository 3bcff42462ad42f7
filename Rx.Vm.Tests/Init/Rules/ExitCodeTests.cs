using Rx.Vm.Init.Rules;

namespace Rx.Vm.Tests.Init.Rules;

public class ExitCodeTests
{
    [Theory]
    [InlineData(0x0000, 0)]
    [InlineData(0x0100, 1)]
    [InlineData(0x0700, 7)]
    [InlineData(0xff00, 255)]
    public void An_exit_gives_its_status(int status, int code) => Assert.Equal(code, ExitCode.FromWaitStatus(status));

    [Fact]
    public void Every_signal_gives_128_and_its_number_with_or_without_core()
    {
        for (var signal = 1; signal <= 64; signal++)
        {
            Assert.Equal(128 + signal, ExitCode.FromWaitStatus(signal));
            Assert.Equal(128 + signal, ExitCode.FromWaitStatus(signal | 0x80));
        }
    }

    [Theory]
    [InlineData(2, ExitCode.NotFound)]
    [InlineData(20, ExitCode.NotFound)]
    [InlineData(13, ExitCode.NotExecutable)]
    [InlineData(8, ExitCode.NotExecutable)]
    [InlineData(7, ExitCode.NotExecutable)]
    [InlineData(40, ExitCode.NotExecutable)]
    public void A_refused_execve_is_not_found_or_not_executable(int errno, int code) => Assert.Equal(code, ExitCode.FromExecError(errno));
}
