using System.Diagnostics.CodeAnalysis;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Rx.Qmp.Isolation;

/// <summary>
/// A user's logger that can't hurt whoever logs: what it throws (a sink that audits does, by contract) is dropped, since there is nobody
/// left to tell. Wrapped once, at the edge of the library; everything inside logs through the wrapper. It is called on the thread that
/// logs, and one that blocks is waited for.
/// </summary>
internal sealed class SafeLogger : ILogger
{
    private readonly ILogger _inner;

    private SafeLogger(ILogger inner) => _inner = inner;

    /// <summary>The logger to use for what an application gave; none writes nothing.</summary>
    public static ILogger Wrap(ILogger? logger) =>
        logger is null ? Logger.None : logger is SafeLogger || ReferenceEquals(logger, Logger.None) ? logger : new SafeLogger(logger);

    /// <inheritdoc/>
    public bool IsEnabled(LogEventLevel level) => Guarded(static (logger, level) => logger.IsEnabled(level), level, false);

    /// <inheritdoc/>
    public void Write(LogEvent logEvent) => Guarded(
        static (logger, logEvent) =>
        {
            logger.Write(logEvent);
            return true;
        },
        logEvent,
        false);

    /// <inheritdoc/>
    public ILogger ForContext(ILogEventEnricher enricher) => Derived(logger => logger.ForContext(enricher));

    /// <inheritdoc/>
    public ILogger ForContext(IEnumerable<ILogEventEnricher> enrichers) => Derived(logger => logger.ForContext(enrichers));

    /// <inheritdoc/>
    public ILogger ForContext(string propertyName, object? value, bool destructureObjects = false) =>
        Derived(logger => logger.ForContext(propertyName, value, destructureObjects));

    /// <inheritdoc/>
    public ILogger ForContext<TSource>() => Derived(static logger => logger.ForContext<TSource>());

    /// <inheritdoc/>
    public ILogger ForContext(Type source) => Derived(logger => logger.ForContext(source));

    /// <inheritdoc/>
    public bool BindMessageTemplate(
        string messageTemplate,
        object?[]? propertyValues,
        [NotNullWhen(true)] out MessageTemplate? parsedTemplate,
        [NotNullWhen(true)] out IEnumerable<LogEventProperty>? boundProperties)
    {
        try
        {
            return _inner.BindMessageTemplate(messageTemplate, propertyValues, out parsedTemplate, out boundProperties);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            parsedTemplate = null;
            boundProperties = null;
            return false;
        }
    }

    /// <inheritdoc/>
    public bool BindProperty(
        string? propertyName, object? value, bool destructureObjects, [NotNullWhen(true)] out LogEventProperty? property)
    {
        try
        {
            return _inner.BindProperty(propertyName, value, destructureObjects, out property);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            property = null;
            return false;
        }
    }

    private ILogger Derived(Func<ILogger, ILogger> derive) =>
        Guarded(static (logger, derive) => new SafeLogger(derive(logger)), derive, this);

    private TResult Guarded<TState, TResult>(Func<ILogger, TState, TResult> call, TState state, TResult otherwise)
    {
        try
        {
            return call(_inner, state);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            return otherwise;
        }
    }
}
