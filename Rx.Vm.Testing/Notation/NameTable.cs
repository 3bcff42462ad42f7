using System.Reactive;

namespace Rx.Vm.Testing.Notation;

/// <summary>
/// Names for all that some recordings hold: those of a legend, those the values have by themselves, and letters for the rest.
/// </summary>
internal sealed class NameTable<T>
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private readonly List<(string Name, T Value)> _values = [];
    private readonly List<NamedError> _errors = [];
    private readonly Dictionary<ValueTuple<T>, string> _found;
    private readonly HashSet<string> _taken;
    private readonly MarbleLegend<T> _given;
    private readonly IEqualityComparer<T> _comparer;

    public NameTable(MarbleLegend<T> legend, IEqualityComparer<T>? comparer, params IEnumerable<MarbleRecording<T>> recordings)
    {
        _given = legend;
        _comparer = comparer ?? EqualityComparer<T>.Default;
        _found = new(EqualityComparer<ValueTuple<T>>.Create(
            (one, other) => _comparer.Equals(one.Item1, other.Item1),
            value => value.Item1 is null ? 0 : _comparer.GetHashCode(value.Item1)));
        _taken = [.. legend.Select(e => e.Name)];
        var notifications = recordings.SelectMany(r => r).Select(e => e.Notification).ToList();
        var strangers = new List<T>();
        foreach (var notification in notifications.Where(n => n.Kind == NotificationKind.OnNext))
        {
            Meet(notification.Value, strangers);
        }

        // Letters come last, so that none of them is the name of a value that names itself.
        using var free = Letters.Select(l => l.ToString()).Concat(Numbered("v")).Where(n => !_taken.Contains(n)).GetEnumerator();
        foreach (var value in strangers.Where(v => Find(v) is null))
        {
            free.MoveNext();
            Take(free.Current, value);
            _values.Add((free.Current, value));
        }

        foreach (var notification in notifications.Where(n => n.Kind == NotificationKind.OnError && TokenOf(n.Exception!) is null))
        {
            Meet(notification.Exception!);
        }
    }

    /// <summary>The entries needed to read the names back; those that name themselves need none.</summary>
    public MarbleLegend<T> Legend => new([.. _values], [.. _errors]);

    /// <summary>The member of a diagram that stands for a notification.</summary>
    public string Token(Notification<T> notification) => notification.Kind switch
    {
        NotificationKind.OnNext => Names.Token(Find(notification.Value)!),
        NotificationKind.OnError => TokenOf(notification.Exception!)!,
        NotificationKind.OnCompleted => "|",
    };

    private static IEnumerable<string> Numbered(string stem) => Enumerable.Range(2, int.MaxValue - 2).Select(n => $"{stem}{n}");

    private void Meet(T value, List<T> strangers)
    {
        if (Find(value) is not null)
        {
            return;
        }

        foreach (var (name, listed) in _given)
        {
            if (_comparer.Equals(listed, value))
            {
                Take(name, value);
                _values.Add((name, listed));
                return;
            }
        }

        if (SelfNames.NameOf(value) is { } own && !_taken.Contains(own))
        {
            Take(own, value);
        }
        else
        {
            strangers.Add(value);
        }
    }

    private void Meet(Exception error)
    {
        if (_given.Errors.FirstOrDefault(e => Same(e.Exception, error)) is { } listed)
        {
            _errors.Add(listed);
            return;
        }

        var type = error.GetType().Name;
        var stem = type.Length > 9 && type.EndsWith("Exception", StringComparison.Ordinal) ? type[..^9] : type;
        stem = Names.IsLegal(stem) ? stem : "error";
        var taken = _errors.Concat(_given.Errors).Select(e => e.Name).ToHashSet();
        _errors.Add(NamedError.Of(Numbered(stem).Prepend(stem).First(n => !taken.Contains(n)), error));
    }

    private void Take(string name, T value)
    {
        _taken.Add(name);
        _found.Add(new(value), name);
    }

    private string? Find(T value) => _found.GetValueOrDefault(new(value));

    private string? TokenOf(Exception error)
    {
        if (_errors.FirstOrDefault(e => Same(e.Exception, error)) is { } listed)
        {
            return listed.Token;
        }

        // One that the legend describes otherwise would be read back as that.
        return error is ScriptedErrorException scripted && (scripted.Name.Length == 0 || Names.IsLegal(scripted.Name))
            && _given.Errors.All(e => e.Name != scripted.Name) && _errors.All(e => e.Name != scripted.Name)
            ? scripted.Message
            : null;
    }

    private static bool Same(Exception one, Exception other) =>
        Sameness.Same(Notification.CreateOnError<T>(one), Notification.CreateOnError<T>(other), null);
}
