namespace Rx.Qmp;

/// <summary>What happens to a subscription whose buffer is full. The socket is read on in every case.</summary>
public enum QmpEventOverflow
{
    /// <summary>The oldest waiting event is dropped and counted.</summary>
    DropOldest,

    /// <summary>The new event is dropped and counted.</summary>
    DropNewest,

    /// <summary>The subscription ends with <see cref="QmpEventOverflowException"/>.</summary>
    Fail,
}
