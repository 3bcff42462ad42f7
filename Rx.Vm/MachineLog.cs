using Serilog;
using Serilog.Events;
using Serilog.Parsing;

namespace Rx.Vm;

/// <summary>
/// The log of one machine: every line begins with the machine's id and carries it as the property <c>VmId</c>, so that neither a console
/// nor a search needs to know which property to show. Bound to the machine: a log context would follow threads.
/// </summary>
internal sealed class MachineLog(ILogger log, string vmId) : ILogger
{
    private readonly LogEventProperty _id = new("VmId", new ScalarValue(vmId));

    /// <inheritdoc/>
    public bool IsEnabled(LogEventLevel level) => log.IsEnabled(level);

    /// <inheritdoc/>
    public void Write(LogEvent logEvent)
    {
        ArgumentNullException.ThrowIfNull(logEvent);
        var template = new MessageTemplate([new PropertyToken("VmId", "{VmId:l}", "l"), new TextToken(": "), .. logEvent.MessageTemplate.Tokens]);
        var properties = logEvent.Properties.Select(p => new LogEventProperty(p.Key, p.Value)).Append(_id);
        log.Write(new LogEvent(logEvent.Timestamp, logEvent.Level, logEvent.Exception, template, properties));
    }
}
