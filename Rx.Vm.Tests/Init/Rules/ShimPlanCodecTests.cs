using System.Buffers.Binary;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Tests.Init.Rules;

public class ShimPlanCodecTests
{
    private static readonly ShimPlan Full = new()
    {
        Joins = true,
        Device = "/dev/vda",
        FsType = "squashfs",
        Rootfs = "root",
        Overlay = true,
        Terminal = true,
        SeparateStderr = true,
        Hostname = "pod",
        Workdir = "/work dir",
        Command = ["sh", "-c", "", "echo 'ä\n'"],
        Variables = ["A", "1", "B", ""],
        User = "app",
        Group = "5",
        AdditionalGroups = ["10", "extra"],
        Namespaces = [7, 8, 9],
    };

    [Fact]
    public void A_plan_comes_back_as_it_was()
    {
        Assert.Equivalent(Full, ShimPlanCodec.Decode(ShimPlanCodec.Encode(Full)), strict: true);
        Assert.Equivalent(new ShimPlan(), ShimPlanCodec.Decode(ShimPlanCodec.Encode(new())), strict: true);
    }

    [Fact]
    public void A_large_environment_comes_back()
    {
        var plan = Full with { Variables = [.. Enumerable.Range(0, 2000).Select(i => i % 2 == 0 ? $"N{i}" : new string('v', 500))] };
        Assert.Equal(plan.Variables, ShimPlanCodec.Decode(ShimPlanCodec.Encode(plan)).Variables);
    }

    [Fact]
    public void A_plan_cut_anywhere_is_refused()
    {
        var bytes = ShimPlanCodec.Encode(Full);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => ShimPlanCodec.Decode(bytes.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Bytes_after_the_plan_are_refused() =>
        Assert.Throws<InvalidDataException>(() => ShimPlanCodec.Decode([.. ShimPlanCodec.Encode(Full), 0]));

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    [InlineData(-1)]
    public void A_hostile_number_anywhere_never_allocates_what_it_says(int number)
    {
        var bytes = ShimPlanCodec.Encode(Full);
        for (var at = 0; at + 4 <= bytes.Length; at++)
        {
            var hostile = bytes.ToArray();
            BinaryPrimitives.WriteInt32LittleEndian(hostile.AsSpan(at), number);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                ShimPlanCodec.Decode(hostile);
            }
            catch (InvalidDataException)
            {
                // Refused; the others changed a flag or a text.
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    [Fact]
    public void Pairs_are_names_with_values_and_a_name_without_one_is_no_pair()
    {
        Assert.Equal([new("A", "1"), new("B", "")], Full.Pairs());
        Assert.Equal([new("A", "1")], (Full with { Variables = ["A", "1", "B"] }).Pairs());
    }
}
