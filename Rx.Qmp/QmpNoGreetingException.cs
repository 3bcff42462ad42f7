namespace Rx.Qmp;

/// <summary>The connection was accepted but no greeting came: most often another client holds this monitor (it serves one at a time),
/// or QEMU is stopped.</summary>
public sealed class QmpNoGreetingException : QmpException
{
    /// <summary>Makes one.</summary>
    /// <param name="waited">How long connecting and waiting took in all.</param>
    public QmpNoGreetingException(TimeSpan waited)
        : base($"No greeting within {waited.TotalSeconds:0.###} s: the monitor is busy with another client, or QEMU is not running.") =>
        Waited = waited;

    /// <summary>How long connecting and waiting took in all.</summary>
    public TimeSpan Waited { get; }
}
