using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Rx.Vm.Testing.Notation;

namespace Rx.Vm.Testing;

/// <summary>
/// What the names in a diagram stand for. Names that are not listed stand for themselves if the values are strings, characters, whole
/// numbers or members of an enum (<c>[Running]</c>); for any other type they are an error.
/// </summary>
/// <typeparam name="T">The value type.</typeparam>
[CollectionBuilder(typeof(MarbleLegend), nameof(MarbleLegend.Create))]
public sealed class MarbleLegend<T> : IEnumerable<(string Name, T Value)>
{
    private readonly ImmutableArray<(string Name, T Value)> _values;

    internal MarbleLegend(ImmutableArray<(string Name, T Value)> values, ImmutableArray<NamedError> errors)
    {
        _values = values;
        Errors = errors;
        Check([.. values.Select(v => v.Name)], "");
        Check([.. errors.Where(e => e.Name.Length > 0).Select(e => e.Name)], "error ");
        if (errors.Count(e => e.Name.Length == 0) > 1)
        {
            throw new MarbleException("the legend describes # twice");
        }
    }

    /// <summary>A legend without entries.</summary>
    public static MarbleLegend<T> Empty { get; } = new([], []);

    internal ImmutableArray<NamedError> Errors { get; }

    /// <summary>A legend of a dictionary's names and values.</summary>
    public static implicit operator MarbleLegend<T>(Dictionary<string, T> entries) => MarbleLegend.Of(entries);

    /// <summary>
    /// Lets <c>#</c>, or <c>#[name]</c>, stand for <paramref name="error"/>: sources send it, expectations want its type and message.
    /// </summary>
    public MarbleLegend<T> WithError(Exception error, string name = "")
    {
        ArgumentNullException.ThrowIfNull(error);
        return With(NamedError.Of(name, error));
    }

    /// <summary>Lets <c>#</c>, or <c>#[name]</c>, stand for any exception of a type that passes a test. For expectations only.</summary>
    /// <param name="accepts">Judges the exception; null accepts every one of the type.</param>
    /// <param name="name">The name in the brackets, or empty for a bare <c>#</c>.</param>
    public MarbleLegend<T> WithError<TException>(Func<TException, bool>? accepts = null, string name = "")
        where TException : Exception =>
        With(NamedError.Matching(name, accepts));

    /// <inheritdoc/>
    public IEnumerator<(string Name, T Value)> GetEnumerator() => ((IEnumerable<(string, T)>)_values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal MarbleLegend<T> With(NamedError error) => new(_values, Errors.Add(error));

    internal MarbleLegend<T> With(IEnumerable<NamedError> errors) => new(_values, Errors.AddRange(errors));

    /// <summary>What <paramref name="name"/> stands for.</summary>
    internal bool TryValue(string name, [MaybeNullWhen(false)] out T value)
    {
        foreach (var entry in _values)
        {
            if (entry.Name == name)
            {
                value = entry.Value;
                return true;
            }
        }

        return SelfNames.TryValue(name, out value);
    }

    /// <summary>What <c>#</c> or <c>#[name]</c> stands for.</summary>
    internal Exception Error(string name) =>
        Errors.FirstOrDefault(e => e.Name == name)?.Exception ?? new ScriptedErrorException(name);

    private static void Check(ImmutableArray<string> names, string kind)
    {
        foreach (var name in names)
        {
            if (!Names.IsLegal(name))
            {
                throw new MarbleException(
                    $"{kind}name '{name}' cannot be written in a diagram: 1 to {Names.MaxLength} characters, no [ ] and no controls");
            }
        }

        if (names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new MarbleException($"the legend has {kind}name '{twice.Key}' twice");
        }
    }
}
