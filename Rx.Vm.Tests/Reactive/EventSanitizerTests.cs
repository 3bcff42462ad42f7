using Rx.Vm.Lifecycle;
using Rx.Vm.Reactive;

namespace Rx.Vm.Tests.Reactive;

/// <summary>Whatever reports an event, its text is short, on one line, and valid Unicode when it reaches the fold.</summary>
public class EventSanitizerTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("the process ended with signal 9 (~ 2 s)")]
    public void An_ordinary_event_passes_as_it_is(string? text)
    {
        var e = new VmEvent(VmEventKind.GuestDisconnected) { Text = text };

        Assert.Same(e, EventSanitizer.Admit(e));
    }

    [Theory]
    [InlineData("a\nb\u001b[2J", "a b\ufffd[2J")]
    [InlineData("\u202eturned", "\ufffdturned")]
    [InlineData("schön \U0001f600", "schön \U0001f600")]
    public void A_text_is_made_harmless(string text, string admitted) =>
        Assert.Equal(admitted, EventSanitizer.Admit(new VmEvent(VmEventKind.ProcessStartFailed) { Text = text }).Text);

    // Not as data of a theory: an attribute could not hold it.
    [Fact]
    public void Half_a_character_is_replaced() =>
        Assert.Equal("half \ufffd of one", EventSanitizer.Admit(VmEvent.Exited(1, "half \ud800 of one")).Text);

    [Fact]
    public void A_long_text_is_cut() =>
        Assert.Equal(new string('x', 2048) + "…", EventSanitizer.Admit(VmEvent.Exited(1, new string('x', 1_000_000))).Text);
}
