using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rx.Qmp.Protocol;

namespace Rx.Qmp.Tests.Protocol;

public partial class TypedValueTests
{
    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(9_007_199_254_740_993)]
    [InlineData(0)]
    public void Trap21_sizes_are_exact(ulong size)
    {
        var read = Read<ObjectOptions>($$"""{"size":{{size}},"qom-type":"memory-backend-ram","id":"ram0"}""");
        Assert.Equal(size, Assert.IsType<ObjectOptions.MemoryBackendRam>(read).Size);
        Assert.Contains($"\"size\":{size}", Write(read), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(-9_007_199_254_740_993)]
    public void Trap21_integers_are_exact(long value)
    {
        var made = new BlockJobSetSpeed { Device = "d", Speed = value };
        Assert.Equal($$"""{"device":"d","speed":{{value}}}""", Write(made));
        Assert.Equal(made, Read<BlockJobSetSpeed>(Write(made)));
    }

    [Theory]
    [InlineData("18446744073709551616")]
    [InlineData("-1")]
    [InlineData("1.5")]
    public void Trap21_a_number_that_does_not_fit_is_refused_rather_than_rounded(string number) =>
        Assert.ThrowsAny<JsonException>(() => Read<ObjectOptions>($$"""{"size":{{number}},"qom-type":"memory-backend-ram","id":"ram0"}"""));

    [Fact]
    public void A_command_is_sent_without_what_was_left_out()
    {
        var add = new BlockdevAdd(new BlockdevOptions.Qcow2
        {
            NodeName = "disk0",
            ReadOnly = true,
            File = new BlockdevOptions.File { Filename = "/a,b \"c\".img" },
            Backing = new BlockdevRefOrNull.Null(),
        });
        Assert.Equal(
            """{"driver":"qcow2","node-name":"disk0","read-only":true,"backing":null,"file":{"driver":"file","filename":"/a,b \"c\".img"}}""",
            Sorted(Write(add)));
        Assert.Equal("blockdev-add", add.Encode().Name);
    }

    [Fact]
    public void A_command_without_arguments_is_encoded_once() => Assert.Same(new QueryStatus().Encode(), new QueryStatus().Encode());

    [Fact]
    public void A_device_takes_any_property()
    {
        var add = new DeviceAdd
        {
            Driver = "virtio-blk-pci",
            Id = "disk0",
            Properties = new Dictionary<string, QmpValue> { ["drive"] = "disk0n", ["bootindex"] = 1, ["share-rw"] = true },
        };
        Assert.Equal("""{"driver":"virtio-blk-pci","id":"disk0","drive":"disk0n","bootindex":1,"share-rw":true}""", Write(add));
        var back = Read<DeviceAdd>(Write(add));
        Assert.Equal("disk0n", back.Properties!["drive"].GetElement().GetString());
        Assert.Equal(3, back.Properties.Count);
    }

    [Fact]
    public void Trap13_a_word_of_the_future_is_kept_and_told_apart()
    {
        var status = Read<StatusInfo>("""{"running":false,"singlestep":false,"status":"dancing","extra":[{}]}""");
        Assert.Null(status.Status.Known);
        Assert.Equal("dancing", status.Status.Text);
        Assert.Equal("""{"running":false,"singlestep":false,"status":"dancing"}""", Write(status));
    }

    [Fact]
    public void Trap13_a_branch_of_the_future_keeps_its_bytes()
    {
        const string json = """{"driver":"dream","node-name":"n","depth":18446744073709551615}""";
        var read = Assert.IsType<BlockdevOptions.Unknown>(Read<BlockdevOptions>(json));
        Assert.Equal(("dream", "n"), (read.Driver.Text, read.NodeName));
        Assert.Equal(json, Encoding.UTF8.GetString(read.Json.Json.Span));
        Assert.Equal(json, Write<BlockdevOptions>(read));
    }

    [Theory]
    [InlineData("""{"name":"\ud800"}""", "\\ud800")]
    [InlineData("""{"name":"\udc00x"}""", "\\udc00x")]
    [InlineData("""{"n\u0061me":"escaped"}""", "escaped")]
    [InlineData("""{"\ud800":1,"name":"after"}""", "after")]
    [InlineData("""{"name":null}""", null)]
    [InlineData("""{"name":"one","name":"two"}""", "two")]
    public void Odd_text_is_read(string json, string? expected) => Assert.Equal(expected, Read<NameInfo>(json).Name);

    [Fact]
    public void Broken_UTF8_is_read() => Assert.NotNull(ReadBytes<NameInfo>([.. "{\"name\":\"a"u8, 0xFF, .. "\"}"u8]).Name);

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"driver":"raw","file":""", 400)) + "\"f\"" + new string('}', 400);
        Assert.ThrowsAny<JsonException>(() => ReadBytes<BlockdevOptions>(Encoding.UTF8.GetBytes(deep), 4096));
        const string image = """{"virtual-size":1,"filename":"f","format":"raw","backing-image":""";
        var chain = string.Concat(Enumerable.Repeat(image, 400)) + "null" + new string('}', 400);
        Assert.NotNull(ReadBytes<ImageInfo>(Encoding.UTF8.GetBytes(chain), 4096).BackingImage);
        chain = string.Concat(Enumerable.Repeat(image, 2000)) + "null" + new string('}', 2000);
        Assert.ThrowsAny<JsonException>(() => ReadBytes<ImageInfo>(Encoding.UTF8.GetBytes(chain), 4096));
    }

    [Fact]
    public void A_list_that_was_never_set_is_sent_empty() => Assert.Equal(
        """{"actions":[]}""", Write(new Transaction { Actions = default }));

    [Fact]
    public void A_typed_event_costs_little_once_its_words_are_known()
    {
        var data = """{"type":"mirror","device":"drive-virtio-disk0","len":10737418240,"offset":10737418240,"speed":0}"""u8.ToArray();
        const int Rounds = 1000;
        var kept = new BlockJobCompletedEvent[Rounds];
        ReadEvent(data, kept);
        var before = GC.GetAllocatedBytesForCurrentThread();
        ReadEvent(data, kept);
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds;
        Assert.InRange(each, 24, 120);
        Assert.Equal((JobType.Mirror, "drive-virtio-disk0", 10_737_418_240, null), (kept[7].Type, kept[7].Device, kept[7].Len, kept[7].Error));
        Assert.Equal(DateTimeOffset.UnixEpoch, kept[7].Timestamp);
    }

    [Fact]
    public void The_types_take_part_in_a_context_of_ones_own()
    {
        var plan = new Plan([new BlockdevOptions.NullCo { NodeName = "n", Size = long.MaxValue }], RunState.Paused, "any");
        var json = JsonSerializer.Serialize(plan, PlanContext.Default.Plan);
        Assert.Equal("""{"Nodes":[{"driver":"null-co","node-name":"n","size":9223372036854775807}],"Wanted":"paused","Note":"any"}""", json);
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        var back = JsonSerializer.Deserialize(stream, PlanContext.Default.Plan)!;
        Assert.Equal(plan.Nodes[0], back.Nodes[0]);
        Assert.Equal((plan.Wanted, plan.Note), (back.Wanted, back.Note));
    }

    [Fact]
    public void Values_of_any_type_are_equal_if_their_bytes_are()
    {
        Assert.Equal((QmpValue)"x", QmpValue.FromText("x"));
        Assert.True((QmpValue)1 != (QmpValue)2UL);
        Assert.Equal("null", Encoding.UTF8.GetString(default(QmpValue).Json.Span));
        Assert.Equal("""{"a":[1,"\ud800"],"b":{}}""", Encoding.UTF8.GetString(Read<QmpValue>("""{ "a" : [ 1 , "\ud800" ] , "b" : { } }""").Json.Span));
    }

    private static void ReadEvent(byte[] data, BlockJobCompletedEvent[] kept)
    {
        for (var i = 0; i < kept.Length; i++)
        {
            var reader = new Utf8JsonReader(data);
            reader.Read();
            kept[i] = BlockJobCompletedEvent.Read(ref reader, DateTimeOffset.UnixEpoch);
        }
    }

    private static T Read<T>(string json)
        where T : IQmpData<T> => ReadBytes<T>(Encoding.UTF8.GetBytes(json));

    private static T ReadBytes<T>(byte[] json, int maxDepth = 64)
        where T : IQmpData<T>
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        reader.Read();
        return T.Read(ref reader);
    }

    private static string Write<T>(T value)
        where T : IQmpData<T> => Encoding.UTF8.GetString(JsonWrite.Utf8(value.Write));

    // The schema's order of members is the server's business.
    private static string Sorted(string json)
    {
        using var document = JsonDocument.Parse(json);
        string[] order = ["driver", "node-name", "read-only", "backing", "file", "filename"];
        var members = document.RootElement.EnumerateObject().OrderBy(m => Array.IndexOf(order, m.Name));
        return "{" + string.Join(',', members.Select(m => $"\"{m.Name}\":{m.Value.GetRawText()}")) + "}";
    }

    internal sealed record Plan(
        ImmutableArray<BlockdevOptions> Nodes,
        [property: JsonConverter(typeof(QmpDataConverter<QmpEnum<RunState>>))] QmpEnum<RunState> Wanted,
        QmpValue Note);

    [JsonSerializable(typeof(Plan))]
    private sealed partial class PlanContext : JsonSerializerContext;
}
