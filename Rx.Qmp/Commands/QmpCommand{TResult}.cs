namespace Rx.Qmp.Commands;

/// <summary>A command together with the type of what the server returns for it.</summary>
/// <typeparam name="TResult">The type.</typeparam>
public sealed class QmpCommand<TResult> : QmpCommand
{
    internal QmpCommand(string name, ReadOnlyMemory<byte> body, TimeSpan? timeout, QmpReader<TResult> read)
        : base(name, body, timeout) => Read = read;

    /// <summary>Reads the reply's value.</summary>
    internal QmpReader<TResult> Read { get; }

    /// <summary>The same command with a time limit of its own.</summary>
    /// <param name="timeout">How long it may take from the call on; positive.</param>
    /// <returns>The new command; this one stays as it is.</returns>
    public new QmpCommand<TResult> WithTimeout(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        return new(Name, Body, timeout, Read);
    }
}
