using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rx.Qmp.Generator.Model;
using Rx.Qmp.Protocol;

namespace Rx.Qmp.Tests.Protocol;

/// <summary>Replies and events of a QEMU other than the one whose types these are: members dropped, added, null or of another type.</summary>
[Slow]
public class MutatedReplyTests
{
    private const int Seed = 1;

    private static readonly Subject[] Received = [.. Subject.All.Where(subject => subject.Flow.HasFlag(Flow.Received))];

    [Fact]
    public void Whatever_member_is_dropped_the_rest_is_read() => ForEachMember((subject, whole, _, change) =>
    {
        change((node, name) => node.Remove(name));
        var got = subject.RoundTrip(whole.ToJsonString());
        Assert.True(JsonNode.DeepEquals(whole, JsonNode.Parse(got)), $"{subject}: {whole.ToJsonString()} came back as {got}");
    });

    [Fact]
    public void Whatever_member_is_null_the_rest_is_read() => ForEachMember((subject, whole, _, change) =>
    {
        change((node, name) => node[name] = null);
        subject.ReadReply(whole.ToJsonString());
    });

    [Fact]
    public void A_member_of_another_type_is_named_with_its_place_and_both_types()
    {
        var refused = 0;
        ForEachMember((subject, whole, place, change) =>
        {
            change((node, name) => node[name] = new JsonArray(new JsonArray()));
            if (Record.Exception(() => subject.ReadReply(whole.ToJsonString())) is { } fault)
            {
                var named = Assert.IsType<QmpProtocolException>(fault);
                Assert.StartsWith($"The server's JSON does not fit {subject}: {place}", named.Message, StringComparison.Ordinal);
                Assert.Matches(@": wanted [a-z0-9 ]+, found a list\.$", named.Message);
                refused++;
            }
        });
        Assert.True(refused > 1000, $"only {refused}");
    }

    [Fact]
    public void Replies_of_a_schema_changed_at_random_are_read()
    {
        var read = 0;
        for (var seed = Seed; seed < Seed + 10; seed++)
        {
            var random = new Random(seed);
            var document = SchemaMutations.Shuffled(random);
            var catalog = new TypeCatalog(document, new NameTable(document, NameTable.Embedded()));
            foreach (var subject in Received)
            {
                var values = new SchemaValues(random)
                {
                    Document = document, Catalog = catalog, Deepest = 3, ExtraMembers = random.Next(2) == 0, NonNegative = true,
                };
                var json = values.Value(subject.Type.Name, string.Empty, string.Empty, 0)?.ToJsonString() ?? "null";
                try
                {
                    subject.ReadReply(json);
                    read++;
                }
                catch (Exception fault)
                {
                    throw new InvalidOperationException($"{subject}, seed {seed}: {json}", fault);
                }
            }
        }

        Assert.True(read > 1000, $"only {read}");
    }

    [Theory]
    [InlineData("""[{"device":"d","inserted":{"image":{"virtual-size":"big"}}}]""",
        "[0].inserted.image.virtual-size: wanted an integer of 64 bits, found text.")]
    [InlineData("""[{},{"dirty-bitmaps":[]},{"inserted":{"image":{"virtual-size":1.5}}}]""",
        "[2].inserted.image.virtual-size: wanted an integer of 64 bits, found another number.")]
    [InlineData("""[{"inserted":{"dirty-bitmaps":[{},[]]}}]""", "[0].inserted.dirty-bitmaps[1]: wanted an object, found a list.")]
    [InlineData("""[{"a":{"b":[{}]}},7]""", "[1]: wanted an object, found a number.")]
    [InlineData("""{"device":"d"}""", "wanted a list, found an object.")]
    [InlineData("""[{"inserted":true}]""", "[0].inserted: wanted an object, found true.")]
    [InlineData("[{}]x", "something follows the value.")]
    [InlineData("""[{"device":}]""", "[0].device: this is not valid JSON.")]
    [InlineData("""[{"device":"d"}""", "[0]: this is not valid JSON.")]
    public void What_does_not_fit_is_said_in_words(string json, string why)
    {
        var fault = Assert.Throws<QmpProtocolException>(() => new QmpReply(Encoding.UTF8.GetBytes(json)).As(new QueryBlock().Encode()));
        Assert.Equal("The server's JSON does not fit a list of BlockInfo: " + why, fault.Message);
        Assert.Equal(QmpProtocolFault.UnexpectedShape, fault.Fault);
    }

    [Fact]
    public void What_a_server_calls_its_members_does_not_reach_a_terminal_as_it_is()
    {
        var name = "\u001b[2J" + new string('x', 500);
        var raw = new JsonObject { ["props"] = new JsonObject { ["in"] = new JsonObject { [name] = 1 } } }.ToJsonString();
        var fault = Assert.Throws<QmpProtocolException>(() => new QmpReply(Encoding.UTF8.GetBytes(raw)).As(
            (ref Utf8JsonReader reader) =>
            {
                while (reader.TokenType != JsonTokenType.Number)
                {
                    reader.Read();
                }

                return reader.GetString();
            }));
        Assert.Equal($"The server's JSON does not fit text: props.in.?[2J{new string('x', 60)}: this is not what was expected.", fault.Message);
    }

    // Each member of a document with everything in it, in turn: the document anew, the member's place, and what changes it.
    private static void ForEachMember(Action<Subject, JsonObject, string, Action<Action<JsonObject, string>>> act)
    {
        var tried = 0;
        foreach (var subject in Received.Where(subject => subject.Type.Kind == EntryKind.Object))
        {
            var made = new SchemaValues(new Random(Seed)) { WithOptional = true, Deepest = 2 }.Object(subject.Type, 0);
            var count = Objects(made, string.Empty).Sum(item => item.Node.Count);
            for (var number = 0; number < count; number++)
            {
                var whole = made.DeepClone().AsObject();
                var (node, name, place) = Objects(whole, string.Empty)
                    .SelectMany(item => item.Node.Select(member => (item.Node, member.Key, Place: item.Place + "." + member.Key)))
                    .ElementAt(number);
                act(subject, whole, place.TrimStart('.'), change => change(node, name));
                tried++;
            }
        }

        Assert.True(tried > 1000, $"only {tried}");
    }

    private static IEnumerable<(JsonObject Node, string Place)> Objects(JsonNode? node, string place) => node switch
    {
        JsonObject whole => whole.SelectMany(member => Objects(member.Value, place + "." + member.Key)).Prepend((whole, place)),
        JsonArray list => list.SelectMany((item, index) => Objects(item, $"{place}[{index}]")),
        _ => [],
    };
}
