namespace DynamicData.Kernel;

/// <summary>What to do with a value that may be missing.</summary>
public static class OptionExtensions
{
    /// <summary>The value, or the one the function makes.</summary>
    /// <param name="source">The optional.</param>
    /// <param name="valueSelector">Makes the substitute.</param>
    public static T ValueOr<T>(this in Optional<T> source, Func<T> valueSelector)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(valueSelector);
        return source.HasValue ? source.Value : valueSelector();
    }

    /// <summary>The value, or the default of its type.</summary>
    /// <param name="source">The optional.</param>
    public static T? ValueOrDefault<T>(this in Optional<T> source)
        where T : notnull => source.HasValue ? source.Value : default;

    /// <summary>The value, or the exception the function makes, thrown.</summary>
    /// <param name="source">The optional.</param>
    /// <param name="exceptionGenerator">Makes the exception.</param>
    public static T ValueOrThrow<T>(this in Optional<T> source, Func<Exception> exceptionGenerator)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(exceptionGenerator);
        return source.HasValue ? source.Value : throw exceptionGenerator();
    }

    /// <summary>The converted value, or none.</summary>
    /// <param name="source">The optional.</param>
    /// <param name="converter">Converts the value.</param>
    public static Optional<TDestination> Convert<TSource, TDestination>(
        this in Optional<TSource> source, Func<TSource, TDestination> converter)
        where TSource : notnull
        where TDestination : notnull
    {
        ArgumentNullException.ThrowIfNull(converter);
        return source.HasValue ? Optional.Some(converter(source.Value)) : default;
    }

    /// <summary>The converted value if there is one and its conversion gives one, or none.</summary>
    /// <param name="source">The optional.</param>
    /// <param name="converter">Converts the value.</param>
    public static Optional<TDestination> Convert<TSource, TDestination>(
        this in Optional<TSource> source, Func<TSource, Optional<TDestination>> converter)
        where TSource : notnull
        where TDestination : notnull
    {
        ArgumentNullException.ThrowIfNull(converter);
        return source.HasValue ? converter(source.Value) : default;
    }

    /// <summary>Runs the action with the value if there is one; the result takes the other branch.</summary>
    /// <param name="source">The optional.</param>
    /// <param name="action">The action.</param>
    public static OptionElse IfHasValue<T>(this in Optional<T> source, Action<T> action)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(action);
        if (source.HasValue)
        {
            action(source.Value);
        }

        return new(run: !source.HasValue);
    }
}
