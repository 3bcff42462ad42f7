using System.Text;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Tests.Init.Rules;

public class ReadyAnnouncementTests
{
    [Theory]
    [InlineData(true, GuestFeature.All)]
    [InlineData(false, GuestFeature.All & ~GuestFeature.ExecSignal)]
    public void It_is_what_the_wire_types_make_of_every_feature(bool groups, object features) =>
        Assert.Equal(
            Encoding.UTF8.GetString(new GuestFeatures("rxvm", 1, (GuestFeature)features).ToPayload()),
            Encoding.UTF8.GetString(ReadyAnnouncement.Payload(groups)));
}
