using System.Text;
using Rx.Vm.Qemu;

namespace Rx.Vm.Tests.Qemu;

public sealed class StartGateTests
{
    private const string Greeting =
        """{"QMP":{"version":{"qemu":{"micro":22,"minor":2,"major":7},"package":"x"},"capabilities":["oob"]}}""";

    [Fact]
    public void Gate_Opens_with_the_reply_and_not_with_the_greeting()
    {
        var said = Encoding.UTF8.GetBytes(Greeting + "\r\n{\"return\":{}}\r\n");
        for (var length = 0; length < said.Length; length++)
        {
            Assert.Null(StartGate.Version(said.AsSpan(0, length)));
        }

        Assert.Equal("7.2.22", StartGate.Version(said));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("nonsense")]
    [InlineData("""{"QMP":{"version":{"qemu":{"micro":1e99,"minor":"2","major":null}}}}""")]
    [InlineData("[1]")]
    public void Gate_A_greeting_that_makes_no_sense_is_survived(string greeting) =>
        Assert.Equal("of unknown version", StartGate.Version(Encoding.UTF8.GetBytes(greeting + "\n{\"return\":{}}\n")));
}
