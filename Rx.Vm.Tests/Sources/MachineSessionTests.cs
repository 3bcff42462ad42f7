using Microsoft.Reactive.Testing;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Lifecycle;
using Rx.Vm.Qemu;
using Rx.Vm.Sources;
using Rx.Vm.Tests.Effects;

namespace Rx.Vm.Tests.Sources;

/// <summary>One process from its start to its release: what it says as events, in which order, and that all of it is closed.</summary>
public class MachineSessionTests
{
    private static readonly byte[] Ready =
        ControlFrame.Encode(GuestCode.Ready, new GuestFeatures("rxvm", 1, GuestFeature.All).ToPayload());

    private readonly List<VmEventKind> _facts = [];
    private readonly StillMachine _machine = new();
    private readonly MachineSession _session;

    public MachineSessionTests() => _session = Sessions.Of(_machine, new TestScheduler());

    [Fact]
    public void Nothing_is_read_before_somebody_listens_and_then_the_process_is_told_first()
    {
        _machine.ControlEnd.Feed(Ready);
        Assert.Empty(_machine.Monitor.Received);
        Assert.Equal(0, _machine.ControlEnd.BytesRead);
        Listen();
        Assert.Equal([VmEventKind.ProcessStarted, VmEventKind.GuestReady, VmEventKind.QmpConnected], _facts);
    }

    [Fact]
    public void What_the_guest_announced_is_known_when_the_fold_hears_that_it_is_ready()
    {
        GuestFeatures? known = null;
        _session.Facts.Subscribe(e => known = e.Kind == VmEventKind.GuestReady ? _session.Dialect.Features : known);
        Assert.Equal(GuestFeatures.None, _session.Dialect.Features);
        _machine.ControlEnd.Feed(Ready);
        Assert.Equal(GuestFeature.All, known?.Flags);
    }

    [Fact]
    public void Whoever_lets_go_of_a_session_hears_nothing_more_of_its_process()
    {
        Listen().Dispose();
        _facts.Clear();
        _machine.ControlEnd.Feed(Ready);
        _machine.TtyEnd.End();
        _machine.Monitor.HangUp();
        _machine.Exit(MachineExit.WithCode(0));
        Assert.Empty(_facts);
    }

    [Fact]
    public void The_end_of_each_channel_and_of_the_process_is_an_event()
    {
        Listen();
        _facts.Clear();
        _machine.TtyEnd.End();
        _machine.ControlEnd.End();
        _machine.Monitor.HangUp();
        _machine.Exit(MachineExit.WithCode(0));
        Assert.Equal(
            [VmEventKind.GuestDisconnected, VmEventKind.GuestDisconnected, VmEventKind.QmpDisconnected, VmEventKind.ProcessExited], _facts);
    }

    /// <summary>A process may be given up in the very moment in which it is told: nothing may be left of it, whether it was listened to or not.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void All_of_it_is_closed_in_one_place_whenever_that_is(bool listens, bool whileSubscribing)
    {
        var closing = Task.CompletedTask;
        if (listens)
        {
            _session.Facts.Subscribe(e =>
            {
                if (whileSubscribing && e.Kind == VmEventKind.ProcessStarted)
                {
                    closing = _session.DisposeAsync();
                }
            });
        }

        if (!whileSubscribing)
        {
            closing = _session.DisposeAsync();
            _machine.TtyEnd.End();
        }

        Assert.True(closing.IsCompletedSuccessfully);
        Assert.True(_machine.IsDisposed);
        Assert.All([_machine.TtyEnd, _machine.ControlEnd, _machine.ConsoleEnd], end => Assert.True(end.IsDisposed));
        Assert.True(_session.Tty.Completion.IsCompletedSuccessfully);
        Assert.True(_session.Console.Completion.IsCompletedSuccessfully || !listens);
    }

    private IDisposable Listen() => _session.Facts.Subscribe(e => _facts.Add(e.Kind));
}
