using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Rx.Qmp;

/// <summary>One command, encoded once and immutable: it may be sent any number of times, from any thread.</summary>
public class QmpCommand
{
    /// <summary>Longest command accepted, in bytes: half of what QEMU's parser takes before it answers with an error without
    /// id.</summary>
    public const int MaxBytes = 32 * 1024 * 1024;

    private static readonly JsonWriterOptions Compact = new()
    {
        // QEMU takes UTF-8, and every byte saved counts; the bytes never meet HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    private protected QmpCommand(string name, ReadOnlyMemory<byte> body, TimeSpan? timeout, SafeHandle? file = null)
    {
        File = file;
        Name = name;
        Body = body;
        Timeout = timeout;
    }

    /// <summary>The command's name, such as query-status.</summary>
    public string Name { get; }

    /// <summary>How long this command may take from the call on, waiting for its turn included; null: the client's default.</summary>
    public TimeSpan? Timeout { get; }

    /// <summary>The descriptor that goes with the command, or null.</summary>
    internal SafeHandle? File { get; }

    /// <summary>The encoded command from the colon before its name on, without id and closing brace.</summary>
    internal ReadOnlyMemory<byte> Body { get; }

    /// <summary>A command without arguments.</summary>
    /// <param name="name">The command's name.</param>
    /// <returns>The command.</returns>
    public static QmpCommand Create(string name) => new(name, Encode(name, static _ => { }), null);

    /// <summary>A command whose reply is read into a type.</summary>
    /// <typeparam name="TResult">The type.</typeparam>
    /// <param name="name">The command's name.</param>
    /// <param name="writeArguments">Writes the members of the arguments object; called once, now; null: none.</param>
    /// <param name="read">Reads the reply's value.</param>
    /// <returns>The command.</returns>
    public static QmpCommand<TResult> Create<TResult>(string name, Action<Utf8JsonWriter>? writeArguments, QmpReader<TResult> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        var body = writeArguments is null ? Encode(name, static _ => { }) : EncodeArguments(name, writeArguments);
        return new(name, body, null, QmpCommand<TResult>.ByTokens(read));
    }

    /// <summary>A command whose arguments are written by hand.</summary>
    /// <param name="name">The command's name.</param>
    /// <param name="writeArguments">Writes the members of the arguments object; called once, now, with the writer inside that
    /// object.</param>
    /// <returns>The command.</returns>
    public static QmpCommand Create(string name, Action<Utf8JsonWriter> writeArguments)
    {
        ArgumentNullException.ThrowIfNull(writeArguments);
        return new(name, EncodeArguments(name, writeArguments), null);
    }

    /// <summary>A command whose arguments come from an object.</summary>
    /// <typeparam name="T">The arguments' type; it must serialise to a JSON object.</typeparam>
    /// <param name="name">The command's name.</param>
    /// <param name="arguments">The arguments. Leave optional members out rather than null: QEMU takes no nulls for them.</param>
    /// <param name="typeInfo">The type's source-generated description.</param>
    /// <returns>The command.</returns>
    public static QmpCommand Create<T>(string name, T arguments, JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        var element = JsonSerializer.SerializeToElement(arguments, typeInfo);
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new ArgumentException("Arguments must be a JSON object.", nameof(arguments));
        }

        var body = Encode(name, writer =>
        {
            writer.WritePropertyName("arguments"u8);
            element.WriteTo(writer);
        });
        return new(name, body, null);
    }

    /// <summary>The same command with a time limit of its own.</summary>
    /// <param name="timeout">How long it may take from the call on; positive, or infinite for no limit.</param>
    /// <returns>The new command; this one stays as it is.</returns>
    public QmpCommand WithTimeout(TimeSpan timeout)
    {
        if (timeout <= TimeSpan.Zero && timeout != System.Threading.Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "A time limit must be positive, or infinite.");
        }

        return new QmpCommand(Name, Body, timeout, File);
    }

    /// <summary>The same command with a descriptor, which the server gets a copy of: getfd and add-fd take one. Such a command waits
    /// until nothing else is under way in band, and nothing else goes until it is answered.</summary>
    /// <param name="file">The descriptor. It stays the caller's, who must not close it before the command is answered, and should then:
    /// the server has its own.</param>
    /// <returns>The new command; this one stays as it is.</returns>
    public QmpCommand WithFile(SafeHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new QmpCommand(Name, Body, Timeout, file);
    }

    /// <summary>The name only: arguments may hold secrets.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => Name;

    private static ReadOnlyMemory<byte> EncodeArguments(string name, Action<Utf8JsonWriter> writeArguments) =>
        Encode(name, writer =>
        {
            writer.WriteStartObject("arguments"u8);
            writeArguments(writer);
            writer.WriteEndObject();
        });

    private static ReadOnlyMemory<byte> Encode(string name, Action<Utf8JsonWriter> writeRest)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > 128 || name.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            throw new ArgumentException("Not a command name.", nameof(name));
        }

        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, Compact))
        {
            writer.WriteStartObject();
            writer.WriteString(""u8, name);
            writeRest(writer);
            writer.WriteEndObject();
        }

        if (output.WrittenCount > MaxBytes)
        {
            throw new ArgumentException($"{name}: the arguments are longer than {MaxBytes} bytes.", nameof(writeRest));
        }

        // What is cut off in front is {"", of which the verb takes the place.
        return output.WrittenSpan[3..^1].ToArray();
    }
}
