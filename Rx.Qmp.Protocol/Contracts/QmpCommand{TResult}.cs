using System.Runtime.InteropServices;
using System.Text.Json;

namespace Rx.Qmp;

/// <summary>A command together with the type of what the server returns for it.</summary>
/// <typeparam name="TResult">The type.</typeparam>
public sealed class QmpCommand<TResult> : QmpCommand
{
    internal QmpCommand(
        string name, ReadOnlyMemory<byte> body, TimeSpan? timeout, QmpValueReader<TResult> read, SafeHandle? file = null)
        : base(name, body, timeout, file) => Read = read;

    /// <summary>Reads the reply's value.</summary>
    internal QmpValueReader<TResult> Read { get; }

    /// <inheritdoc cref="QmpCommand.WithTimeout"/>
    public new QmpCommand<TResult> WithTimeout(TimeSpan timeout)
    {
        var limited = base.WithTimeout(timeout);
        return new(Name, Body, limited.Timeout, Read, File);
    }

    /// <inheritdoc cref="QmpCommand.WithFile"/>
    public new QmpCommand<TResult> WithFile(SafeHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new(Name, Body, Timeout, Read, file);
    }

    /// <summary>Reads token by token, and makes sure that nothing follows. What does not fit is named by its place.</summary>
    internal static QmpValueReader<TResult> ByTokens(QmpReader<TResult> read) => value =>
    {
        var reader = new Utf8JsonReader(value, OwnedJson.ReaderOptions);
        try
        {
            reader.Read();
            var result = read(ref reader);
            return reader.BytesConsumed == value.Length
                ? result
                : throw new QmpShapeException("something follows the value.", reader.BytesConsumed);
        }
        catch (Exception fault) when (OwnedJson.IsBadInput(fault))
        {
            throw Misfit.At(value, reader.TokenStartIndex, fault);
        }
    };
}
