using System.Text.Json;
using System.Text.Json.Nodes;
using Rx.Qmp.Generator.Model;

namespace Rx.Qmp.Tests.Protocol;

/// <summary>Every generated type with random values, and with what a newer or older QEMU may do to them.</summary>
public class RoundTripTests
{
    private const int Rounds = 6;

    private static readonly int Seed = Seeds.Wanted(1);

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
        var tried = 0;
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
    public void An_argument_that_is_missing_is_named()
    {
        var tried = 0;
        ForEach(random => new SchemaValues(random), (seed, subject, made) =>
        {
            var required = subject.Type.Members.Where(member => !member.Optional && member.Name.Length > 0).ToArray();
            if (required.Length > 0 && subject.Type.Kind == EntryKind.Object && subject.Flow == Flow.Sent)
            {
                var name = required[new Random(seed).Next(required.Length)].Name;
                made!.AsObject().Remove(name);
                var fault = Assert.ThrowsAny<JsonException>(() => subject.RoundTrip(made.ToJsonString()));
                Assert.Contains(name, fault.Message, StringComparison.Ordinal);
                tried++;
            }
        });
        Assert.True(tried > 100 * Rounds, $"only {tried}");
    }

    [Fact]
    public void What_was_read_from_the_same_bytes_is_equal_and_what_differs_is_not()
    {
        var different = 0;
        ForEach(random => new SchemaValues(random), (seed, subject, made) =>
        {
            var json = made?.ToJsonString() ?? "null";
            var (one, two) = (subject.Read(json), subject.Read(json));
            Assert.Equal(one, two);
            Assert.True(one.Equals(two) && one.GetHashCode() == two.GetHashCode(), json);
            if (made is JsonObject { Count: > 0 } whole && subject.RoundTrip(json) is var text)
            {
                whole.RemoveAt(new Random(seed).Next(whole.Count));
                if (TryRead(subject, whole.ToJsonString()) is { } other)
                {
                    // A null left out is no difference.
                    Assert.Equal(subject.RoundTrip(whole.ToJsonString()) == text, one.Equals(other));
                    different++;
                }
            }
        });
        Assert.True(different > 200 * Rounds, $"only {different}");
    }

    private static void ForEach(Func<Random, SchemaValues> values, Action<int, Subject, JsonNode?> act)
    {
        var seed = Seed;
        foreach (var subject in Subject.All)
        {
            for (var round = 0; round < Rounds; round++)
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

    private static object? TryRead(Subject subject, string json)
    {
        try
        {
            return subject.Read(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonNode? Value(SchemaValues values, Subject subject) => subject.Type.Kind == EntryKind.Object
        ? values.Object(subject.Type, 0, subject.IsOpen)
        : values.Value(subject.Type.Name, string.Empty, string.Empty, 0);

    private static void Returns(Subject subject, JsonNode? sent, JsonNode? expected)
    {
        var got = subject.RoundTrip(sent?.ToJsonString() ?? "null");
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
