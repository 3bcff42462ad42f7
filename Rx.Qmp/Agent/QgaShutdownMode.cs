namespace Rx.Qmp.Agent;

/// <summary>How a guest is to shut down.</summary>
public enum QgaShutdownMode
{
    /// <summary>Power off.</summary>
    Powerdown,

    /// <summary>Halt, power stays on.</summary>
    Halt,

    /// <summary>Start anew.</summary>
    Reboot,
}
