using Microsoft.Extensions.Logging;
using Serilog.Core;
using Serilog.Events;

namespace Rx.Qmp.Isolation;

/// <summary>
/// Logs to an <see cref="ILoggerFactory"/> what this library logs to Serilog: the category is the source's full name, the properties of the
/// template and of the context are the entry's state.
/// </summary>
internal sealed class ExtensionsLogger : Serilog.ILogger
{
    private const string NoCategory = "RxRuntime";

    private readonly ILoggerFactory _factory;
    private readonly ILogger _target;
    private readonly LogEventProperty[] _context;

    private ExtensionsLogger(ILoggerFactory factory, ILogger target, LogEventProperty[] context) =>
        (_factory, _target, _context) = (factory, target, context);

    /// <summary>The logger to use for what an application gave: its Serilog logger, else its factory, else none. It never throws.</summary>
    public static Serilog.ILogger Choose(Serilog.ILogger? logger, ILoggerFactory? factory) => SafeLogger.Wrap(
        logger ?? (factory is null ? null : new ExtensionsLogger(factory, new Lazily(factory, NoCategory), [])));

    /// <inheritdoc/>
    public bool IsEnabled(LogEventLevel level) => _target.IsEnabled(Level(level));

    /// <inheritdoc/>
    public void Write(LogEvent logEvent)
    {
        foreach (var property in _context)
        {
            logEvent.AddPropertyIfAbsent(property);
        }

        List<KeyValuePair<string, object?>> state = [.. logEvent.Properties.Select(p => KeyValuePair.Create(p.Key, Plain(p.Value)))];
        state.Add(new("{OriginalFormat}", logEvent.MessageTemplate.Text));
        _target.Log(Level(logEvent.Level), default, new State(state, logEvent), logEvent.Exception, static (entry, _) => entry.ToString());
    }

    /// <inheritdoc/>
    public Serilog.ILogger ForContext(string propertyName, object? value, bool destructureObjects = false) =>
        propertyName == Constants.SourceContextPropertyName && value is string category
            ? new ExtensionsLogger(_factory, new Lazily(_factory, category), _context)
            : new ExtensionsLogger(_factory, _target, [.. _context, new LogEventProperty(propertyName, new ScalarValue(value))]);

    /// <inheritdoc/>
    public Serilog.ILogger ForContext<TSource>() => ForContext(typeof(TSource));

    /// <inheritdoc/>
    public Serilog.ILogger ForContext(Type source) => ForContext(Constants.SourceContextPropertyName, source.FullName);

    private static object? Plain(LogEventPropertyValue value) => value is ScalarValue scalar ? scalar.Value : value.ToString();

    private static LogLevel Level(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => LogLevel.Trace,
        LogEventLevel.Debug => LogLevel.Debug,
        LogEventLevel.Information => LogLevel.Information,
        LogEventLevel.Warning => LogLevel.Warning,
        LogEventLevel.Error => LogLevel.Error,
        _ => LogLevel.Critical,
    };

    /// <summary>What an entry carries: its properties, and its text when asked for.</summary>
    private sealed class State(List<KeyValuePair<string, object?>> properties, LogEvent logEvent) : IReadOnlyList<KeyValuePair<string, object?>>
    {
        public int Count => properties.Count;

        public KeyValuePair<string, object?> this[int index] => properties[index];

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => properties.GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() => logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>A category that the factory is asked for when something is logged, so that making a logger can't fail.</summary>
    private sealed class Lazily(ILoggerFactory factory, string category) : ILogger
    {
        private ILogger? _made;

        private ILogger Made => _made ??= factory.CreateLogger(category);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => Made.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => Made.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Made.Log(logLevel, eventId, state, exception, formatter);
    }
}
