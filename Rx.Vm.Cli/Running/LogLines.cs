using System.Globalization;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Display;

namespace Rx.Vm.Cli.Running;

/// <summary>The log of <c>--verbose</c>: one line an event, through the same writer as everything else.</summary>
internal sealed class LogLines(TextWriter error) : ILogEventSink
{
    private readonly MessageTemplateTextFormatter _format =
        new("{Timestamp:HH:mm:ss.fff} {Level:u3} {VmId} {Message:l} {Exception}", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public void Emit(LogEvent logEvent)
    {
        using var line = new StringWriter();
        _format.Format(logEvent, line);
        error.WriteLine(Complaint.OneLine(line.ToString()));
    }
}
