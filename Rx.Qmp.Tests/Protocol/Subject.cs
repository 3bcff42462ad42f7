using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rx.Qmp.Generator.Model;
using Rx.Qmp.Protocol;

namespace Rx.Qmp.Tests.Protocol;

/// <summary>One generated type, and the entry of the schema it comes from.</summary>
/// <param name="Type">The schema's type.</param>
/// <param name="Name">The C# name.</param>
/// <param name="IsOpen">True if it keeps members it does not know.</param>
internal sealed record Subject(Entry Type, string Name, bool IsOpen)
{
    private const BindingFlags Hidden = BindingFlags.NonPublic | BindingFlags.Static;

    private delegate byte[] Pass(byte[] json);

    /// <summary>Every type that has a value, the arguments of every command, the data of every event.</summary>
    public static IReadOnlyList<Subject> All { get; } =
    [
        .. RecordedSchema.Catalog.Types.Select(type => new Subject(type.Type, type.Name, false)),
        .. RecordedSchema.Document.Commands.Select(command => new Subject(
            RecordedSchema.Document.Type(command.Argument!),
            RecordedSchema.Catalog.Commands[command.Name],
            RecordedSchema.Catalog.IsOpen(command.Name))),
        .. RecordedSchema.Document.Events.Select(item => new Subject(
            RecordedSchema.Document.Type(item.Argument!), RecordedSchema.Catalog.Events[item.Name], false)),
    ];

    /// <summary>Which way values of it go.</summary>
    public Flow Flow => RecordedSchema.Catalog.FlowOf(Type.Name);

    private Type Class
    {
        get
        {
            var type = typeof(IQmpData<>).Assembly.GetType("Rx.Qmp.Protocol." + Name, throwOnError: true)!;
            return type.IsEnum ? typeof(QmpEnum<>).MakeGenericType(type) : type;
        }
    }

    private bool IsEvent => Name.EndsWith("Event", StringComparison.Ordinal) && Class.GetProperty("EventName") is not null;

    /// <summary>Reads the value and writes it again.</summary>
    public string RoundTrip(string json) => Encoding.UTF8.GetString(
        Method<Pass>(IsEvent ? nameof(PassEvent) : nameof(PassData))(Encoding.UTF8.GetBytes(json)));

    /// <summary>Reads the value.</summary>
    public object Read(string json) => Method<Func<byte[], object>>(IsEvent ? nameof(ReadEvent) : nameof(ReadData))(Encoding.UTF8.GetBytes(json));

    /// <summary>Reads the value as a command's reply, with the exceptions of one.</summary>
    public void ReadReply(string json) => Method<Action<byte[]>>(IsEvent ? nameof(ReplyOfEvent) : nameof(ReplyOfData))(Encoding.UTF8.GetBytes(json));

    private T Method<T>(string name)
        where T : Delegate => typeof(Subject).GetMethod(name, Hidden)!.MakeGenericMethod(Class).CreateDelegate<T>();

    private static void ReplyOfData<T>(byte[] json)
        where T : IQmpData<T> => new QmpReply(json).As(T.Read);

    private static void ReplyOfEvent<T>(byte[] json)
        where T : class, IQmpTypedEvent<T> => new QmpReply(json).As((ref Utf8JsonReader reader) => T.Read(ref reader, null));

    private static object ReadData<T>(byte[] json)
        where T : IQmpData<T>
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return T.Read(ref reader);
    }

    private static object ReadEvent<T>(byte[] json)
        where T : class, IQmpTypedEvent<T>
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return T.Read(ref reader, null);
    }

    public override string ToString() => Name;

    private static byte[] PassData<T>(byte[] json)
        where T : IQmpData<T>
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        var value = T.Read(ref reader);
        Assert.Equal(json.Length, reader.BytesConsumed);
        return JsonWrite.Utf8(value.Write);
    }

    private static byte[] PassEvent<T>(byte[] json)
        where T : class, IQmpTypedEvent<T>
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        var value = T.Read(ref reader, DateTimeOffset.UnixEpoch);
        Assert.Equal(json.Length, reader.BytesConsumed);
        Assert.Equal(DateTimeOffset.UnixEpoch, typeof(T).GetProperty("Timestamp")!.GetValue(value));
        return JsonWrite.Utf8(typeof(T).GetMethod("Write")!.CreateDelegate<Action<Utf8JsonWriter>>(value));
    }
}
