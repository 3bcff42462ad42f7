using Rx.Vm.Init.Rules;

namespace Rx.Vm.Tests.Init.Rules;

public class SignalMaskTests
{
    private const int Term = 15;

    [Theory]
    [InlineData("0000000000004000", "0000000000000000", true)]
    [InlineData("0000000000000000", "0000000000004000", true)]
    [InlineData("0000000000000000", "0000000000000000", false)]
    [InlineData("ffffffffffffbfff", "0000000000000000", false)]
    [InlineData("4000", "0", true)]
    [InlineData("zz", "", false)]
    public void A_handler_or_a_blocked_signal_counts(string caught, string blocked, bool handles)
    {
        var status = $"Name:\tsh\nState:\tS\nSigBlk:\t{blocked}\nSigIgn:\t0000000000004000\nSigCgt:\t{caught}\nCapInh:\t0\n";
        Assert.Equal(handles, SignalMask.Handles(System.Text.Encoding.ASCII.GetBytes(status), Term));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    [InlineData(-1)]
    public void What_is_no_signal_is_not_handled(int signal) => Assert.False(SignalMask.Handles("SigCgt:\tffffffffffffffff"u8, signal));

    [Fact]
    public void The_first_and_the_last_signal_are_found()
    {
        Assert.True(SignalMask.Handles("SigCgt:\t0000000000000001"u8, 1));
        Assert.True(SignalMask.Handles("SigCgt:\t8000000000000000"u8, 64));
    }

    [Fact]
    public void A_process_that_has_gone_handles_nothing() => Assert.False(SignalMask.Handles([], Term));
}
