using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Rx.Qmp;
using Rx.Qmp.Protocol;
using Rx.Vm.Tests.Campaign;
using Rx.Qmp.Tests.Protocol;

namespace Rx.Vm.Tests.Fuzz.Targets;

/// <summary>
/// Values for every generated type, the first two bytes saying which: each is read, or refused in one of the ways that readers have, and
/// what was read is written and reads as the same again.
/// </summary>
internal sealed class TypesTarget : FuzzTarget
{
    private const int MaxDepth = 64;

    private static readonly (string Name, Func<byte[], byte[]> Pass)[] Readers =
    [
        .. from type in typeof(IQmpData<>).Assembly.GetTypes()
           where type is { Namespace: "Rx.Qmp.Protocol", IsEnum: true }
           orderby type.Name
           select (type.Name, Pass(nameof(PassData), typeof(QmpEnum<>).MakeGenericType(type))),
        .. from type in typeof(IQmpData<>).Assembly.GetTypes()
           where type is { Namespace: "Rx.Qmp.Protocol", IsGenericTypeDefinition: false }
           from face in type.GetInterfaces()
           where face.IsGenericType && face.GenericTypeArguments[0] == type
           let method = face.GetGenericTypeDefinition() == typeof(IQmpData<>) ? nameof(PassData)
               : face.GetGenericTypeDefinition() == typeof(IQmpTypedEvent<>) ? nameof(PassEvent) : null
           where method is not null
           orderby type.Name
           select (type.Name, Pass(method, type)),
    ];

    private static readonly Dictionary<string, int> Numbers =
        Readers.Select((reader, index) => (reader.Name, index)).ToDictionary(pair => pair.Name, pair => pair.index);

    // Before the first input, whose allocations are counted.
    public TypesTarget() => FuzzFailure.Unless(Readers.Length > 600);

    public override string Name => "types";

    public override int Cost => 9;

    // What is refused costs an exception, what is read is written twice.
    public override (int PerByte, int Floor) Allocations => (2048, 1 << 20);

    protected override IEnumerable<string> Dictionary =>
    [
        "driver", "type", "file", "id", "node-name", "data", "status", "null", "true", "18446744073709551615", "-9223372036854775808",
        "1e400", "{}", "[]", "\"\"", "{", "}", "[", "]", "\"", ":", ",", "\\ud800", "\\u0000", "raw", "unix", "return",
        "member-of-the-future",
    ];

    public override void Generate(ref Dice dice, FuzzInput input)
    {
        var subject = Subject.All[dice.Below(Subject.All.Count)];
        var value = new SchemaValues(new Random((int)(dice.Next() & int.MaxValue)))
        {
            UnknownWords = dice.OneIn(4), ExtraMembers = dice.OneIn(4), NullForMissing = dice.OneIn(4),
        };
        var number = Numbers.GetValueOrDefault(subject.Name);
        input.Append((byte)(number >> 8));
        input.Append((byte)number);
        input.Append(Encoding.UTF8.GetBytes(value.Value(subject.Type.Name, "", "", 3)?.ToJsonString() ?? "null"));
    }

    public override uint Run(byte cuts, ReadOnlySpan<byte> input)
    {
        if (input.Length < 2)
        {
            return 0;
        }

        var number = (input[0] << 8 | input[1]) % Readers.Length;
        var written = TryPass(number, input[2..].ToArray());
        if (written is null)
        {
            return (uint)number << 1;
        }

        // Of what is no text, bytes that are no UTF-8 and halves of surrogate pairs, it is enough that it does no harm.
        if (Utf8.IsValid(input[2..]) && input.IndexOf("\\u"u8) < 0)
        {
            FuzzFailure.Unless(
                TryPass(number, written) is { } again && again.AsSpan().SequenceEqual(written),
                $"{Readers[number].Name} reads what it wrote");
        }

        return (uint)number << 1 | 1;
    }

    /// <summary>The value read and written again; null when it was refused in the way that readers have (QmpReader).</summary>
    private static byte[]? TryPass(int number, byte[] json)
    {
        try
        {
            return Readers[number].Pass(json);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static Func<byte[], byte[]> Pass(string method, Type type) => typeof(TypesTarget)
        .GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).CreateDelegate<Func<byte[], byte[]>>();

    private static byte[] PassData<T>(byte[] json)
        where T : IQmpData<T>
    {
        var reader = Start(json);
        var value = T.Read(ref reader);
        FuzzFailure.Unless(reader.CurrentDepth == 0, "the reader ends on the value's last token");
        return JsonWrite.Utf8(value.Write);
    }

    private static byte[] PassEvent<T>(byte[] json)
        where T : class, IQmpTypedEvent<T>
    {
        var reader = Start(json);
        var value = T.Read(ref reader, null);
        FuzzFailure.Unless(reader.CurrentDepth == 0, "the reader ends on the value's last token");
        return JsonWrite.Utf8(typeof(T).GetMethod("Write")!.CreateDelegate<Action<Utf8JsonWriter>>(value));
    }

    private static Utf8JsonReader Start(byte[] json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        reader.Read();
        return reader;
    }
}
