using System.Globalization;
using DynamicData;

namespace Rx.Vm.Tests.StandIns.KeyedData;

/// <summary>
/// Writes a stream of change sets as text, one line per set: +key:value for an addition, ~key:old>new for an update, -key:value for a
/// removal, !key:value for a refresh; the word empty for a set without changes, then completed or the error.
/// </summary>
internal sealed class ChangeLog : IDisposable
{
    private readonly IDisposable _subscription;

    private ChangeLog(Func<ChangeLog, IDisposable> subscribe) => _subscription = subscribe(this);

    public List<string> Lines { get; } = [];

    public static ChangeLog Of(IObservable<IChangeSet<Item, string>> source) => Of(source, item => Text(item.Value));

    public static ChangeLog Of<TObject, TKey>(IObservable<IChangeSet<TObject, TKey>> source, Func<TObject, string> show)
        where TObject : notnull
        where TKey : notnull => Log(source, changes => Show(changes, show));

    public static ChangeLog Of(IObservable<Change<Item, string>> source) => Log(source, change => Show(change, item => Text(item.Value)));

    public static ChangeLog Log<T>(IObservable<T> source, Func<T, string> show) => new(log => source.Subscribe(
        value => log.Lines.Add(show(value)),
        error => log.Lines.Add("error " + error.Message),
        () => log.Lines.Add("completed")));

    public static string Show<TObject, TKey>(IChangeSet<TObject, TKey> changes, Func<TObject, string> show)
        where TObject : notnull
        where TKey : notnull => changes.Count == 0 ? "empty" : string.Join(" ", changes.Select(change => Show(change, show)));

    public void Is(params string[] lines) => Assert.Equal(lines, Lines);

    public void Dispose() => _subscription.Dispose();

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Show<TObject, TKey>(Change<TObject, TKey> change, Func<TObject, string> show)
        where TObject : notnull
        where TKey : notnull => change.Reason switch
        {
            ChangeReason.Add => $"+{change.Key}:{show(change.Current)}",
            ChangeReason.Update => $"~{change.Key}:{show(change.Previous.Value)}>{show(change.Current)}",
            ChangeReason.Remove => $"-{change.Key}:{show(change.Current)}",
            ChangeReason.Refresh => $"!{change.Key}:{show(change.Current)}",
            ChangeReason.Moved => $"moved {change.Key}",
        };
}
