using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Rx.Qmp.Tests;

/// <summary>Keeps what was logged, rendered, exceptions included.</summary>
internal sealed class LogLines : ILogEventSink
{
    private readonly List<string> _lines = [];

    public LogLines() => Logger = new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(this).CreateLogger();

    public ILogger Logger { get; }

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public void Emit(LogEvent logEvent)
    {
        lock (_lines)
        {
            _lines.Add($"{logEvent.Level}: {logEvent.RenderMessage()}{(logEvent.Exception is { } fault ? $" {fault}" : "")}");
        }
    }
}
