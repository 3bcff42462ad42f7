using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Rx.Vm.Tests.HostilePlugins;

/// <summary>Loggers that throw, wherever they are asked.</summary>
internal static class HostileLoggers
{
    /// <summary>A Serilog logger whose sink throws to whoever logs, by contract.</summary>
    public static Serilog.ILogger Auditing() =>
        new LoggerConfiguration().MinimumLevel.Verbose().AuditTo.Sink(new ThrowingSink()).CreateLogger();

    /// <summary>An implementation of one's own that throws from every member.</summary>
    public sealed class Rude : Serilog.ILogger
    {
        public void Write(LogEvent logEvent) => throw new InvalidOperationException("hostile Write");

        public bool IsEnabled(LogEventLevel level) => throw new InvalidOperationException("hostile IsEnabled");

        public Serilog.ILogger ForContext(string propertyName, object? value, bool destructureObjects = false) =>
            throw new InvalidOperationException("hostile ForContext");

        public Serilog.ILogger ForContext<TSource>() => throw new InvalidOperationException("hostile ForContext");
    }

    /// <summary>A factory that makes no logger, or one that throws.</summary>
    /// <param name="makes">Whether it makes one.</param>
    public sealed class Factory(bool makes) : ILoggerFactory
    {
        public Microsoft.Extensions.Logging.ILogger CreateLogger(string categoryName) =>
            makes ? new Throwing() : throw new InvalidOperationException("hostile CreateLogger");

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }
    }

    private sealed class ThrowingSink : ILogEventSink
    {
        public void Emit(LogEvent logEvent) => throw new InvalidOperationException("hostile Emit");
    }

    private sealed class Throwing : Microsoft.Extensions.Logging.ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => throw new InvalidOperationException("hostile BeginScope");

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("hostile Log");
    }
}
