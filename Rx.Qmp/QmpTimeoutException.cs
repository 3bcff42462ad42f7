namespace Rx.Qmp;

/// <summary>A command was not answered, or an operation not finished, in time. Its outcome is unknown: it may still take effect.
/// The connection is fine, and a reply that comes later is dropped and counted.</summary>
public sealed class QmpTimeoutException : QmpException
{
    /// <summary>Makes one.</summary>
    /// <param name="command">The command that was waited for.</param>
    /// <param name="duration">How long it was waited for.</param>
    /// <param name="unattributed">An error without id that arrived while the command was in flight, or null.</param>
    public QmpTimeoutException(string command, TimeSpan duration, QmpError? unattributed = null)
        : base(Describe(command, duration, unattributed), command, unattributed) => Duration = duration;

    /// <summary>How long the command was waited for.</summary>
    public TimeSpan Duration { get; }

    private static string Describe(string command, TimeSpan duration, QmpError? unattributed)
    {
        var message = $"{command} was not completed within {duration.TotalSeconds:0.###} s.";
        return unattributed is null ? message : message + " Meanwhile the server reported an error without saying for which command.";
    }
}
