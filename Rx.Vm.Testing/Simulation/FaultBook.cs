using System.Collections.Immutable;

namespace Rx.Vm.Testing.Simulation;

/// <summary>The faults of one machine, and how often the occasion of each has come. On the strand.</summary>
internal sealed class FaultBook(ImmutableArray<SimulatedFault> faults)
{
    private readonly List<(SimulatedFault Fault, int Occasions)> _entries = [.. faults.Select(f => (f, 0))];

    /// <summary>Adds a fault; its occasions count from now on.</summary>
    public void Add(SimulatedFault fault) => _entries.Add((fault, 0));

    /// <summary>The fault that spoils this occasion, or null. Counts the occasion.</summary>
    public SimulatedFault? Take(SimulatedFaultKind kind, string? command = null) =>
        Due(f => f.Kind == kind && (f.Command is null || f.Command == command)).FirstOrDefault();

    /// <summary>Whether such a fault is there at all; counts nothing.</summary>
    public bool Has(SimulatedFaultKind kind) => _entries.Exists(e => e.Fault.Kind == kind);

    /// <summary>The faults that strike at this occurrence of <paramref name="moment"/>.</summary>
    public List<SimulatedFault> Due(SimulatedMoment moment) => Due(f => Strikes(f) && f.At == moment);

    /// <summary>Whether a fault strikes by itself, at its moment.</summary>
    public static bool Strikes(SimulatedFault fault) => fault.Kind switch
    {
        SimulatedFaultKind.Exits or SimulatedFaultKind.Killed or SimulatedFaultKind.MonitorReset or SimulatedFaultKind.MonitorMute
            or SimulatedFaultKind.EventFlood or SimulatedFaultKind.MonitorStray or SimulatedFaultKind.GuestReset
            or SimulatedFaultKind.GuestPanic or SimulatedFaultKind.GuestPowerOff or SimulatedFaultKind.ReadyTwice
            or SimulatedFaultKind.ControlReset or SimulatedFaultKind.ControlMalformed or SimulatedFaultKind.ControlStray
            or SimulatedFaultKind.CreditMissing or SimulatedFaultKind.CreditExcess or SimulatedFaultKind.GuestMute
            or SimulatedFaultKind.TtyMalformed or SimulatedFaultKind.TtyStray or SimulatedFaultKind.ConsoleFlood
            or SimulatedFaultKind.ConsoleCut or SimulatedFaultKind.OutOfMemory => true,
        SimulatedFaultKind.MonitorCut or SimulatedFaultKind.ControlCut or SimulatedFaultKind.TtyCut => fault.Offset is null,
        _ => false,
    };

    private List<SimulatedFault> Due(Predicate<SimulatedFault> concerns)
    {
        var due = new List<SimulatedFault>();
        for (var i = 0; i < _entries.Count; i++)
        {
            var (fault, occasions) = _entries[i];
            if (!concerns(fault))
            {
                continue;
            }

            _entries[i] = (fault, ++occasions);
            if (fault.Occurrence == 0 || fault.Occurrence == occasions)
            {
                due.Add(fault);
            }
        }

        return due;
    }
}
