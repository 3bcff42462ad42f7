using Rx.Qmp;

namespace Rx.Vm.Tests.Qmp;

public class HandshakeTests
{
    [Fact]
    public void Capabilities_are_asked_for_before_the_greeting_arrives()
    {
        using var rig = new QmpRig();
        var connecting = rig.Connect();
        Assert.Equal("""{"execute":"qmp_capabilities","id":0}""", rig.Server.RawReceived.ToString());
        Assert.False(connecting.IsCompleted);

        rig.Server.Send(FakeQmpServer.Greeting);
        Assert.True(connecting.IsCompletedSuccessfully);
        Assert.Equal("7.2.22", rig.Client.Greeting!.Version.ToString());
        Assert.Equal("fake", rig.Client.Greeting.Package);
        Assert.Equal(["oob"], rig.Client.Greeting.Capabilities);
        Assert.Equal(
            [QmpConnectionPhase.Connecting, QmpConnectionPhase.Negotiating, QmpConnectionPhase.Ready],
            rig.States.Select(state => state.Phase));
    }
}
