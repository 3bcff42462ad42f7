using Rx.Vm.Init.Rules;

namespace Rx.Vm.Tests.Init.Rules;

public class ShimReportTests
{
    [Theory]
    [InlineData(ShimReport.Prepared, "")]
    [InlineData(ShimReport.SetupFailed, "mount /dev/vda: no")]
    [InlineData(ShimReport.CommandFailed, "'ä' was not found")]
    public void A_report_comes_back(byte kind, string text) =>
        Assert.Equal(new ShimReport(kind, text), ShimReport.Decode(new ShimReport(kind, text).Encode()));

    [Fact]
    public void A_long_text_is_cut() =>
        Assert.Equal(1 + ShimReport.MaxText, new ShimReport(ShimReport.SetupFailed, new('x', 10_000)).Encode().Length);

    [Fact]
    public void Nothing_and_nonsense_are_no_report()
    {
        Assert.Null(ShimReport.Decode([]));
        Assert.Null(ShimReport.Decode("x"u8));
        Assert.Null(ShimReport.Decode([0, 1, 2]));
    }
}
