using Rx.Vm.Testing;
using K = Rx.Vm.Testing.SimulatedFaultKind;

namespace Rx.Vm.Tests.Testing;

/// <summary>Faults of every kind, at any moment, by a seed.</summary>
internal static class RandomFaults
{
    private static readonly K[] Kinds = Enum.GetValues<K>();
    private static readonly SimulatedMoment[] Moments = Enum.GetValues<SimulatedMoment>();

    private static readonly string?[] GuestCommands =
        ["STARTPOD", "STOPPOD", "DESTROYPOD", "EXECCMD", "READY", "PING", "KILLCONTAINER", null];

    private static readonly string?[] MonitorCommands =
        ["qmp_capabilities", "blockdev-add", "device_add", "device_del", "blockdev-del", "quit", null];

    private static readonly int[] Waits = [0, 0, 0, 1, 5, 20, 100, 1000, 12_000, 45_000];

    public static SimulatedFault Next(Random random)
    {
        var kind = Kinds[random.Next(Kinds.Length)];
        return new SimulatedFault(kind)
        {
            At = Moments[random.Next(Moments.Length)],
            After = TimeSpan.FromMilliseconds(Waits[random.Next(Waits.Length)]),
            Occurrence = random.Next(4) switch { 0 => 2, 1 => 0, _ => 1 },
            Command = kind.ToString().StartsWith("Ack", StringComparison.Ordinal) ? GuestCommands[random.Next(GuestCommands.Length)]
                : kind.ToString().StartsWith("Reply", StringComparison.Ordinal) ? MonitorCommands[random.Next(MonitorCommands.Length)]
                : null,
            Offset = kind is K.MonitorCut or K.ControlCut or K.TtyCut && random.Next(2) == 0 ? random.Next(400) : null,
            Value = kind is K.EventFlood or K.ConsoleFlood ? 200 : kind is K.ControlStray ? random.Next(100) : null,
        };
    }
}
