namespace Rx.Qmp;

/// <summary>The names under which this library measures and traces, for whoever wants to listen. Without a listener neither costs anything.
/// What is measured, and in which units, is listed in the README. Arguments, data and replies appear nowhere.</summary>
public static class QmpDiagnostics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Rx.Qmp";

    /// <summary>The name of the activity source: one activity per command, named after it.</summary>
    public const string ActivitySourceName = "Rx.Qmp";
}
