namespace Rx.Qmp;

/// <summary>How a machine that was asked to power down went.</summary>
public enum QmpPowerDownEnd
{
    /// <summary>QEMU reported SHUTDOWN.</summary>
    ShutDown,

    /// <summary>The connection ended first: QEMU is gone, or at least can no longer be asked.</summary>
    Disconnected,

    /// <summary>The guest took no notice within the grace, and QEMU was told to quit.</summary>
    Quit,
}
