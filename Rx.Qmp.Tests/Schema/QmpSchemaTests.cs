using System.Text;
using System.Text.Json;
using Rx.Qmp.Tests.Protocol;

namespace Rx.Qmp.Tests.Schema;

public class QmpSchemaTests
{
    private static readonly QmpSchema Recorded = QmpSchema.Parse(RecordedReply());

    [Theory]
    [InlineData("blockdev-add", true)]
    [InlineData("BLOCKDEV-ADD", false)]
    [InlineData("blockdev-add/node-name", true)]
    [InlineData("blockdev-add/node-name/more", false)]
    [InlineData("blockdev-add/throttle-group", true)]
    [InlineData("blockdev-add/driver=throttle", true)]
    [InlineData("blockdev-add/driver=floppy", false)]
    [InlineData("blockdev-add/driver=throttle/throttle-group", true)]
    [InlineData("blockdev-add/driver=qcow2/throttle-group", false)]
    [InlineData("blockdev-add/driver=qcow2/read-only", true)]
    [InlineData("blockdev-add/driver=qcow2/file/driver=nbd/server/type=unix/path", true)]
    [InlineData("blockdev-add/driver=qcow2/overlap-check=cached", true)]
    [InlineData("blockdev-add/driver=qcow2/overlap-check/main-header", true)]
    [InlineData("blockdev-add/cache/no-flush", true)]
    [InlineData("query-block/return/device", true)]
    [InlineData("query-block/return/inserted/image/backing-image/backing-image/filename", true)]
    [InlineData("query-block/device", false)]
    [InlineData("query-block/return", true)]
    [InlineData("query-status/return/status=suspended", true)]
    [InlineData("query-status/return/status=dancing", false)]
    [InlineData("query-status/return/status=suspended/more", false)]
    [InlineData("SHUTDOWN", true)]
    [InlineData("SHUTDOWN/reason=guest-panic", true)]
    [InlineData("SHUTDOWN/return", false)]
    [InlineData("netdev_add/type=stream/addr/type=fd", true)]
    [InlineData("qom-get/return", true)]
    [InlineData("1", false)]
    [InlineData("", false)]
    [InlineData("/", false)]
    [InlineData("blockdev-add/", true)]
    [InlineData("blockdev-add//", false)]
    [InlineData("blockdev-add/=", false)]
    public void A_path_is_answered(string path, bool expected) => Assert.Equal(expected, Recorded.Has(path));

    [Theory]
    [InlineData("drive-backup", "deprecated", true)]
    [InlineData("blockdev-backup", "deprecated", false)]
    [InlineData("x-colo-lost-heartbeat", "unstable", true)]
    [InlineData("blockdev-add/driver=file", "deprecated", false)]
    [InlineData("transaction/actions/type=drive-backup", "deprecated", true)]
    [InlineData("transaction/actions/type=blockdev-backup", "deprecated", false)]
    [InlineData("drive-backup/x-perf", "unstable", true)]
    [InlineData("drive-backup/device", "unstable", false)]
    [InlineData("device_add", "json-cli-hotplug", true)]
    [InlineData("no-such-command", "deprecated", false)]
    public void A_feature_is_answered(string path, string feature, bool expected) => Assert.Equal(expected, Recorded.HasFeature(path, feature));

    [Fact]
    public void Commands_that_may_go_out_of_band_are_told() => Assert.Equal(
        ["migrate-pause", "migrate-recover", "query-yank", "yank"],
        Recorded.Commands.Where(Recorded.IsOobAllowed).Order(StringComparer.Ordinal));

    [Fact]
    public void All_commands_and_events_are_listed_and_found()
    {
        Assert.Equal(RecordedSchema.Document.Commands.Select(command => command.Name), Recorded.Commands);
        Assert.Equal(RecordedSchema.Document.Events.Select(item => item.Name), Recorded.Events);
        Assert.All(Recorded.Commands.Concat(Recorded.Events), name => Assert.True(Recorded.Has(name)));
    }

    [Fact]
    public void Every_member_and_value_of_the_recorded_schema_is_found_by_its_path()
    {
        var asked = 0;
        foreach (var command in RecordedSchema.Document.Commands)
        {
            var argument = RecordedSchema.Document.Type(command.Argument!);
            foreach (var member in argument.Members)
            {
                Assert.True(Recorded.Has($"{command.Name}/{member.Name}"));
                Assert.All(member.Features, feature => Assert.True(Recorded.HasFeature($"{command.Name}/{member.Name}", feature)));
                asked++;
            }

            foreach (var branch in argument.Branches)
            {
                var at = $"{command.Name}/{argument.Tag}={branch.Case}";
                Assert.True(Recorded.Has(at));
                Assert.All(RecordedSchema.Document.Type(branch.Type).Members, member => Assert.True(Recorded.Has($"{at}/{member.Name}")));
                asked++;
            }
        }

        Assert.True(asked > 500, $"only {asked}");
    }

    [Fact]
    public void Kinds_and_members_of_the_future_are_passed_over()
    {
        var schema = Parse(
            """
            [{"meta-type":"gadget","name":"a","x":[[1,{"y":[]}]]},{"no":"name"},{"name":17,"meta-type":"command"},{},
             {"z":{"name":"inner"},"name":"a","meta-type":"command","arg-type":"9","ret-type":"8","new":null},
             {"name":"9","meta-type":"object","members":[7,{"name":"m","type":"x","new":[]},{"type":"q"}],"variants":5},
             {"name":"x","meta-type":"gadget"}]
            """);
        Assert.True(schema.Has("a/m"));
        Assert.False(schema.Has("a/m/n"));
        Assert.False(schema.Has("a/q"));
        Assert.False(schema.Has("inner"));
        Assert.Equal(["a"], schema.Commands);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[{\"name\":\"a\"")]
    [InlineData("[{\"name\":\"a\"}")]
    [InlineData("[{\"name\":\"a")]
    [InlineData("[{\"name\":\"a\\")]
    [InlineData("[{\"name\"")]
    [InlineData("[{\"x\":12")]
    [InlineData("[{\"x\":")]
    [InlineData("[{\"x\":[[}]")]
    [InlineData("[")]
    [InlineData("[ ,")]
    [InlineData("[{\"name\":\"a\",\"allow-oob\":truth}]")]
    public void What_is_no_schema_is_refused(string json) =>
        Assert.Equal(QmpProtocolFault.UnexpectedShape, Assert.Throws<QmpProtocolException>(() => Parse(json)).Fault);

    [Fact]
    public void A_reply_cut_short_anywhere_is_refused()
    {
        var whole = RecordedReply().AsMemory(0, 6000);
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Throws<QmpProtocolException>(() => QmpSchema.Parse(whole[..length]));
        }
    }

    [Fact]
    public void Bytes_changed_at_random_give_an_index_or_a_typed_refusal_and_questions_never_throw()
    {
        var seed = Seeds.Of(46);
        var random = new Random(seed);
        var reply = RecordedReply();
        string[] paths = ["blockdev-add/driver=qcow2/file/driver=nbd/server/type=unix/path", "query-block/return/inserted/drv", "SHUTDOWN/reason"];
        var read = 0;
        for (var round = 0; round < 300; round++)
        {
            byte[] changed = [.. reply];
            for (var i = random.Next(4); i >= 0; i--)
            {
                changed[random.Next(changed.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : "\"{}[],:\\"u8[random.Next(8)];
            }

            try
            {
                var schema = QmpSchema.Parse(changed);
                Assert.All(paths, path => _ = schema.Has(path) | schema.HasFeature(path, "deprecated") | schema.IsOobAllowed(path));
                read++;
            }
            catch (Exception fault) when (fault is not QmpProtocolException)
            {
                throw new InvalidOperationException($"RX_SEED={seed}, round {round}", fault);
            }
            catch (QmpProtocolException)
            {
                // As it should be.
            }
        }

        Assert.True(read is > 0 and < 300, $"RX_SEED={seed}: {read} of 300 were read");
    }

    [Fact]
    public void Types_that_lead_in_circles_end()
    {
        var branches = string.Join(',', Enumerable.Range(0, 2000).Select(i => $$"""{"case":"{{i}}","type":"u"}"""));
        var schema = Parse(
            $$"""
            [{"name":"a","meta-type":"command","arg-type":"l"},{"name":"l","meta-type":"array","element-type":"l"},
             {"name":"b","meta-type":"command","arg-type":"u"},{"name":"u","meta-type":"object","tag":"t","members":[],"variants":[{{branches}}]},
             {"name":"c","meta-type":"command","arg-type":"v"},{"name":"v","meta-type":"alternate","members":[{{branches.Replace("\"u\"", "\"v\"")}}]}]
            """);
        Assert.False(schema.Has("a/x"));
        Assert.False(schema.Has("b/x/y"));
        Assert.False(schema.Has("c/x"));
        Assert.False(schema.Has(string.Join('/', Enumerable.Repeat("b", 1000))));
    }

    /// <summary>The client's own bytes are kept in pieces; an entry longer than a piece is one by itself.</summary>
    [Fact]
    public void A_copy_has_every_entry_of_the_original_and_nothing_in_common_with_it()
    {
        var values = new string('x', 200_000);
        var longEntry = $$""",{"name":"long","meta-type":"enum","values":["{{values}}"]},{"name":"last","meta-type":"event","arg-type":"0"}]""";
        byte[] json = [.. RecordedReply().AsSpan().TrimEnd((byte)']'), .. Encoding.UTF8.GetBytes(longEntry)];
        var original = SchemaIndex.Read((byte[])json.Clone());
        var copy = SchemaIndex.Copy(json);
        Array.Clear(json);
        var entries = 0;
        foreach (var kind in Enum.GetValues<SchemaEntryKind>())
        {
            Assert.Equal(original.Names(kind), copy.Names(kind));
            foreach (var name in original.Names(kind).Select(Encoding.UTF8.GetBytes))
            {
                Assert.False(original.Find(name, kind).IsEmpty);
                Assert.True(original.Find(name, kind).SequenceEqual(copy.Find(name, kind)), Encoding.UTF8.GetString(name));
                entries++;
            }
        }

        Assert.True(entries > 1000, $"{entries} entries");
    }

    [Fact]
    public void A_copy_of_nothing_is_empty_and_of_what_is_no_schema_is_refused()
    {
        Assert.Empty(SchemaIndex.Copy("[]"u8).Names(SchemaEntryKind.Command));
        Assert.ThrowsAny<JsonException>(() => SchemaIndex.Copy("[{]"u8));
    }

    [Fact]
    public void Parsing_makes_little_garbage()
    {
        var reply = RecordedReply();
        QmpSchema.Parse(reply);
        var before = GC.GetAllocatedBytesForCurrentThread();
        QmpSchema.Parse(reply);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 48 * 1024);
    }

    private static QmpSchema Parse(string json) => QmpSchema.Parse(Encoding.UTF8.GetBytes(json));

    private static byte[] RecordedReply()
    {
        using var file = JsonDocument.Parse(Snapshot.Read(RecordedSchema.Path));
        return Encoding.UTF8.GetBytes(file.RootElement.GetProperty("return").GetRawText());
    }
}
