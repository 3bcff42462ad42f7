using System.Runtime.InteropServices;

namespace Rx.Qmp.Commands;

/// <summary>A command together with the type of what the server returns for it.</summary>
/// <typeparam name="TResult">The type.</typeparam>
public sealed class QmpCommand<TResult> : QmpCommand
{
    internal QmpCommand(string name, ReadOnlyMemory<byte> body, TimeSpan? timeout, QmpReader<TResult> read, SafeHandle? file = null)
        : base(name, body, timeout, file) => Read = read;

    /// <summary>Reads the reply's value.</summary>
    internal QmpReader<TResult> Read { get; }

    /// <inheritdoc cref="QmpCommand.WithTimeout"/>
    public new QmpCommand<TResult> WithTimeout(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        return new(Name, Body, timeout, Read, File);
    }

    /// <inheritdoc cref="QmpCommand.WithFile"/>
    public new QmpCommand<TResult> WithFile(SafeHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new(Name, Body, Timeout, Read, file);
    }
}
