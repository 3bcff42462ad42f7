using Rx.Vm.Guest.Wire;
using Rx.Vm.Qemu;
using K = Rx.Vm.Testing.SimulatedFaultKind;

namespace Rx.Vm.Testing.Simulation;

// The faults that strike by themselves.
internal sealed partial class Machine
{
    private void Strike(SimulatedFault fault)
    {
        if (_isAlive)
        {
            StrikeAlive(fault);
        }
    }

    private void StrikeAlive(SimulatedFault fault)
    {
        switch (fault.Kind)
        {
            case K.Exits: Exit(MachineExit.WithCode(fault.Value ?? 1, "simulated: exited")); break;
            case K.Killed: Exit(MachineExit.BySignal(fault.Value ?? 9)); break;
            case K.GuestReset: End("guest-reset", byGuest: true); break;
            case K.GuestPowerOff: End("guest-shutdown", byGuest: true); break;
            case K.GuestPanic: Panic(); break;
            case K.OutOfMemory: Guest.RunOutOfMemory(); break;
            case K.GuestMute: Guest.Mute(); break;
            case K.MonitorCut: _qmp.HangUp(); break;
            case K.MonitorReset: _qmp.Reset(); break;
            case K.MonitorMute: Monitor.Mute(); break;
            case K.MonitorStray: Monitor.Write("{}\r\n"); break;
            case K.EventFlood: Repeat(fault.Value ?? 10_000, () => Monitor.Tell("RTC_CHANGE", """{"offset": 0}""")); break;
            case K.ControlCut: _control.HangUp(); break;
            case K.ControlReset: _control.Reset(); break;
            case K.ControlMalformed: _control.Send(new byte[] { 0, 0, 0, 9, 0, 0, 0, 7 }); break;
            case K.ControlStray: Repeat(fault.Value ?? 1, Guest.AnswerNothing); break;
            case K.CreditMissing: Guest.WithholdCredit(); break;
            case K.CreditExcess: _control.Send(ControlFrame.EncodeNext((uint)(fault.Value ?? 100_000))); break;
            case K.ReadyTwice: Guest.SayReady(); break;
            case K.TtyCut: _tty.HangUp(); break;
            case K.TtyMalformed: _tty.Send(new byte[] { 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 3 }); break;
            case K.TtyStray: _tty.Send(TtyFrame.Encode(ulong.MaxValue, "stray"u8)); break;
            case K.ConsoleFlood: Repeat(fault.Value ?? 1000, () => Say("simulated: flood")); break;
            case K.ConsoleCut: _console.HangUp(); break;
        }
    }

    private void Panic()
    {
        Say("Kernel panic - not syncing: simulated");
        Monitor.Tell("GUEST_PANICKED", """{"action": "pause"}""");
        Guest.Mute();
    }

    private static void Repeat(int count, Action action)
    {
        for (var i = 0; i < count; i++)
        {
            action();
        }
    }
}
