using Rx.Vm.Guest;

namespace Rx.Vm.Tests.Guest;

public class ByteRingTests
{
    [Fact]
    public void Random_appends_and_copies_are_those_of_a_plain_list()
    {
        var seed = Seeds.Of(31);
        var random = new Random(seed);
        for (var round = 0; round < 100; round++)
        {
            var ring = new ByteRing(static wanted => wanted);
            var model = new List<byte>();
            for (var step = 0; step < 60; step++)
            {
                var limit = random.Next(1, 20_000);
                var data = new byte[random.Next(0, 2 * limit)];
                random.NextBytes(data);
                model.AddRange(data);
                model.RemoveRange(0, Math.Max(0, model.Count - limit));
                ring.Append(data, limit);
                Assert.True(model.Count == ring.Count, $"seed {seed}, round {round}, step {step}");

                var offset = random.Next(model.Count + 1);
                var copy = new byte[random.Next(model.Count - offset + 1)];
                ring.CopyTo(offset, copy);
                Assert.True(model.GetRange(offset, copy.Length).SequenceEqual(copy), $"seed {seed}, round {round}, step {step}");
            }
        }
    }

    [Fact]
    public void A_ring_that_gets_no_memory_keeps_what_it_has_room_for_and_goes_on()
    {
        var left = 1000;
        var ring = new ByteRing(wanted =>
        {
            var given = Math.Min(wanted, left);
            left -= given;
            return given;
        });
        var data = Seeds.Bytes(10_000);
        ring.Append(data, 1 << 20);
        Assert.Equal(ByteRing.Free + 1000, ring.Count);
        ring.Append(data, 1 << 20);
        var kept = new byte[ring.Count];
        ring.CopyTo(0, kept);
        Assert.Equal(data[^(ByteRing.Free + 1000)..], kept);
    }

    [Fact]
    public void A_ring_that_may_keep_nothing_keeps_nothing_and_takes_no_memory()
    {
        var ring = new ByteRing(static _ => throw new InvalidOperationException("memory was asked for"));
        ring.Append(new byte[100_000], 0);
        Assert.Equal(0, ring.Count);
    }

    [Fact]
    public void A_cleared_ring_is_empty_and_usable()
    {
        var ring = new ByteRing(static wanted => wanted);
        ring.Append([1, 2, 3], 10);
        ring.Clear();
        Assert.Equal(0, ring.Count);
        ring.Append([4], 10);
        Assert.Equal(1, ring.Count);
    }
}
