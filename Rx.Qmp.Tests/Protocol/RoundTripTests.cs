using System.Text.Json;
using System.Text.Json.Nodes;
using Rx.Qmp.Generator.Model;

namespace Rx.Qmp.Tests.Protocol;

/// <summary>Every generated type with random values, and with what a newer or older QEMU may do to them (trap 13).</summary>
public class RoundTripTests
{
    private const int Rounds = 6;

    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("RX_SEED"), out int seed) ? seed : Environment.ProcessId;

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 512 };

    [Fact]
    public void Random_values_come_back_as_they_were() =>
        ForEach(random => new SchemaValues(random), (_, subject, made) => Returns(subject, made, made));

    [Fact]
    public void Without_optional_members_and_with_all_of_them()
    {
        ForEach(random => new SchemaValues(random) { WithOptional = false }, (_, subject, made) => Returns(subject, made, made));
        ForEach(random => new SchemaValues(random) { WithOptional = true }, (_, subject, made) => Returns(subject, made, made));
    }

    [Fact]
    public void Null_where_a_member_may_be_missing_counts_as_missing() =>
        ForEach(random => new SchemaValues(random) { NullForMissing = true }, (seed, subject, made) =>
            Returns(subject, made, Value(new SchemaValues(new Random(seed)), subject)));

    [Fact]
    public void Trap13_words_of_the_future_are_kept() =>
        ForEach(random => new SchemaValues(random) { UnknownWords = true }, (_, subject, made) => Returns(subject, made, made));

    [Fact]
    public void Trap13_members_of_the_future_are_passed_over() =>
        ForEach(random => new SchemaValues(random) { ExtraMembers = true }, (_, subject, made) =>
            Returns(subject, made, Without(made?.DeepClone())));

    [Fact]
    public void Trap13_a_branch_of_the_future_is_kept_whole()
    {
        int tried = 0;
        ForEach(random => new SchemaValues(random), (_, subject, made) =>
        {
            if (subject.Type.Tag is { } tag)
            {
                made![tag] = "branch-of-the-future";
                made["more"] = new JsonArray(ulong.MaxValue, 1.25, "\u0001");
                Returns(subject, made, made);
                tried++;
            }
        });
        Assert.True(tried > 30 * Rounds, $"only {tried}");
    }

    [Fact]
    public void A_missing_member_is_named()
    {
        int tried = 0;
        ForEach(random => new SchemaValues(random), (seed, subject, made) =>
        {
            var required = subject.Type.Members.Where(member => !RecordedSchema.Catalog.IsOptional(subject.Type, member) && member.Name.Length > 0).ToArray();
            if (required.Length > 0 && subject.Type.Kind == EntryKind.Object)
            {
                string name = required[new Random(seed).Next(required.Length)].Name;
                made!.AsObject().Remove(name);
                var fault = Assert.Throws<JsonException>(() => subject.RoundTrip(made.ToJsonString()));
                Assert.Contains(name, fault.Message, StringComparison.Ordinal);
                tried++;
            }
        });
        Assert.True(tried > 200 * Rounds, $"only {tried}");
    }

    [Fact]
    public void A_value_of_another_JSON_type_is_refused_with_one_of_three_exceptions() =>
        ForEach(random => new SchemaValues(random), (seed, subject, made) =>
        {
            if (made is JsonObject { Count: > 0 } whole)
            {
                var random = new Random(seed);
                string name = whole.ElementAt(random.Next(whole.Count)).Key;
                whole[name] = random.Next(6) switch
                {
                    0 => new JsonArray(new JsonArray()),
                    1 => new JsonObject(),
                    2 => "text",
                    3 => 1e300,
                    4 => false,
                    _ => null,
                };
                var fault = Record.Exception(() => subject.RoundTrip(whole.ToJsonString()));
                Assert.True(fault is null or JsonException or FormatException or InvalidOperationException, $"{name}: {fault}");
            }
        });

    private static void ForEach(Func<Random, SchemaValues> values, Action<int, Subject, JsonNode?> act)
    {
        int seed = Seed;
        foreach (var subject in Subject.All)
        {
            for (int round = 0; round < Rounds; round++)
            {
                seed++;
                var made = Value(values(new Random(seed)), subject);
                try
                {
                    act(seed, subject, made);
                }
                catch (Exception fault)
                {
                    throw new InvalidOperationException($"{subject}, RX_SEED={Seed}: {made?.ToJsonString()}", fault);
                }
            }
        }
    }

    private static JsonNode? Value(SchemaValues values, Subject subject) => subject.Type.Kind == EntryKind.Object
        ? values.Object(subject.Type, 0, subject.IsOpen)
        : values.Value(subject.Type.Name, string.Empty, string.Empty, 0);

    private static void Returns(Subject subject, JsonNode? sent, JsonNode? expected)
    {
        string got = subject.RoundTrip(sent?.ToJsonString() ?? "null");
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(got, null, Deep)), $"{subject}: {sent?.ToJsonString()} came back as {got}");
    }

    private static JsonNode? Without(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject whole:
                whole.Remove("member-of-the-future");
                whole.Remove("");
                foreach (var (_, value) in whole)
                {
                    Without(value);
                }

                break;
            case JsonArray list:
                foreach (var item in list)
                {
                    Without(item);
                }

                break;
        }

        return node;
    }
}
