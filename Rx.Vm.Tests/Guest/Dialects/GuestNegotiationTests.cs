using Rx.Vm.Guest;
using Rx.Vm.Guest.Dialects;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Tests.Guest.Dialects;

/// <summary>Who a guest is taken for, by real frames.</summary>
public class GuestNegotiationTests
{
    private readonly ControlHarness _guest = new ControlHarness(ready: false).Reading();
    private readonly List<GuestMessage> _told = [];
    private GuestDialect? _dialect;

    public GuestNegotiationTests()
    {
        var negotiation = new GuestNegotiation(_guest.Control, dialect => _dialect = dialect);
        _guest.Reaction = message => _told.AddRange(negotiation.Hear(message));
    }

    [Fact]
    public void A_guest_that_announces_itself_is_our_own_and_asked_nothing()
    {
        var features = new GuestFeatures("rxvm", 1, GuestFeature.All);
        _guest.Guest(GuestCode.Ready, features.ToPayload());
        Assert.Equal([new GuestReady(features)], _told);
        Assert.Equal("own", _dialect?.Name);
        Assert.Empty(_guest.Stream.Written);
    }

    [Fact]
    public void A_guest_that_refuses_to_tell_its_version_is_one_of_2015_and_ready_only_then()
    {
        _guest.Guest(GuestCode.Ready);
        Assert.Empty(_told);
        Assert.Equal([(GuestCode.GetVersion, 8)], ControlHarness.Frames(_guest.Stream.Written));
        _guest.Guest(GuestCode.Error);
        Assert.Equal([new GuestReady(GuestFeatures.None)], _told);
        Assert.Equal("hyper2015", _dialect?.Name);
    }

    [Fact]
    public void A_guest_of_version_4244_is_one_of_2018()
    {
        _guest.Guest(GuestCode.Ready);
        _guest.Guest(GuestCode.Ack, [0, 0, 0x10, 0x94]);
        Assert.Equal("hyper2018", _dialect?.Name);
        Assert.Equal([new GuestReady(_dialect!.Features)], _told);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0x10, 0x93 }, "it speaks version 4243")]
    [InlineData(new byte[] { 0, 0, 0x10 }, "its version has 3 bytes instead of 4")]
    [InlineData(new byte[] { }, "its version has 0 bytes instead of 4")]
    public void A_guest_of_any_other_version_is_lost_and_nothing_is_heard_of_it_again(byte[] version, string words)
    {
        _guest.Guest(GuestCode.Ready);
        _guest.Guest(GuestCode.Ack, version);
        var lost = Assert.IsType<GuestLost>(Assert.Single(_told));
        Assert.Contains(words, lost.Reason);
        Assert.Null(_dialect);
        _guest.Stream.End();
        Assert.Single(_told);
    }
}
