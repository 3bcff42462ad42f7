namespace Rx.Qmp;

/// <summary>What makes two events the same for <see cref="QmpEventOverflow.Latest"/>: the name, alone or with one value of the data. Data,
/// not code: it is looked at on the reading thread, where nothing foreign runs.</summary>
public sealed record QmpEventKey
{
    private readonly bool _device;
    private readonly string? _member;

    private QmpEventKey(bool device, string? member) => (_device, _member) = (device, member);

    /// <summary>The event's name.</summary>
    public static QmpEventKey Name { get; } = new(false, null);

    /// <summary>The name and what the event is about: its device, id, QOM path or node name, whichever it has first.</summary>
    public static QmpEventKey Device { get; } = new(true, null);

    /// <summary>The name and one member of the data, compared as JSON text; events without it share a key.</summary>
    /// <param name="name">The member, such as id of JOB_STATUS_CHANGE.</param>
    /// <returns>The key.</returns>
    public static QmpEventKey Member(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new QmpEventKey(false, name);
    }

    internal string Of(QmpEvent item)
    {
        var value = _device ? EventSubject.Of(item.Data.Span) : _member is null ? null : EventSubject.Member(item.Data.Span, _member);
        return value is null ? item.Name : item.Name + '\n' + value;
    }
}
