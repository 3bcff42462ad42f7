using System.Buffers;
using Rx.Vm.Guest;

namespace Rx.Vm.Tests.Guest;

public class ByteRingTests
{
    [Fact]
    public void Random_appends_and_moves_are_those_of_a_plain_list()
    {
        var seed = Seeds.Of(31);
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var limit = random.Next(1, 40);
            var ring = new ByteRing(limit);
            var model = new List<byte>();
            for (var step = 0; step < 60; step++)
            {
                if (random.Next(3) > 0)
                {
                    var data = new byte[random.Next(0, 2 * limit)];
                    random.NextBytes(data);
                    model.AddRange(data);
                    var dropped = Math.Max(0, model.Count - limit);
                    model.RemoveRange(0, dropped);
                    Assert.True(dropped == ring.Append(data), $"seed {seed}, round {round}, step {step}");
                }
                else
                {
                    var most = random.Next(0, limit + 5);
                    var moved = new ArrayBufferWriter<byte>();
                    ring.MoveTo(moved, most);
                    var expected = model.Take(most).ToArray();
                    model.RemoveRange(0, expected.Length);
                    Assert.True(moved.WrittenSpan.SequenceEqual(expected), $"seed {seed}, round {round}, step {step}");
                }

                Assert.Equal(model.Count, ring.Count);
            }
        }
    }

    [Fact]
    public void A_cleared_ring_is_empty_and_usable()
    {
        var ring = new ByteRing(10);
        ring.Append([1, 2, 3]);
        ring.Clear();
        Assert.Equal(0, ring.Count);
        Assert.Equal(0, ring.Append([4]));
        Assert.Equal(1, ring.Count);
    }
}
