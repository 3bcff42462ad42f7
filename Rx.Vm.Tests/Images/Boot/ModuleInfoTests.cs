using System.Buffers.Binary;
using CsCheck;
using Rx.Vm.Images.Boot;

namespace Rx.Vm.Tests.Images.Boot;

public sealed class ModuleInfoTests
{
    [Fact]
    public void Dependencies_are_read_in_order_and_normalised() => Assert.Equal(
        ["virtio_ring", "virtio", "net_failover"],
        ModuleInfo.Dependencies(FakeKernel.Module("alias=x", "depends=virtio_ring,virtio,net-failover", "name=virtio_net")));

    [Theory]
    [InlineData("depends=")]
    [InlineData("license=GPL")]
    [InlineData("softdep=pre: depends=x")]
    public void No_dependencies_is_an_answer(string info) => Assert.Empty(ModuleInfo.Dependencies(FakeKernel.Module(info)));

    [Fact]
    public void A_last_entry_without_its_zero_still_counts()
    {
        var module = FakeKernel.Module("depends=abc");
        var table = BinaryPrimitives.ReadInt32LittleEndian(module.AsSpan(0x28));
        BinaryPrimitives.WriteInt64LittleEndian(module.AsSpan(table + 64 + 0x20), "depends=abc".Length);
        Assert.Equal(["abc"], ModuleInfo.Dependencies(module));
    }

    [Fact]
    public void Too_many_dependencies_are_refused() => Assert.Throws<InvalidDataException>(
        () => ModuleInfo.Dependencies(FakeKernel.Module("depends=" + string.Join(',', Enumerable.Repeat("x", 1000)))));

    [Fact]
    public void A_truncated_module_is_refused_at_every_length()
    {
        var module = FakeKernel.Module("depends=virtio");
        for (var length = 0; length < module.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => ModuleInfo.Dependencies(module.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Damage_gives_an_answer_or_a_refusal_and_nothing_else()
    {
        var module = FakeKernel.Module("depends=virtio");
        var damage = Gen.Select(Gen.Int[0, module.Length - 8], Gen.OneOf(Gen.ULong, Gen.Const(0UL), Gen.Const(ulong.MaxValue)));
        damage.Array[1, 4].Each(54, 5000, writes =>
        {
            var copy = (byte[])module.Clone();
            foreach (var (offset, value) in writes)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(copy.AsSpan(offset), value);
            }

            try
            {
                ModuleInfo.Dependencies(copy);
            }
            catch (InvalidDataException)
            {
                // The one refusal there is.
            }
        });
    }

    [Fact]
    public void A_signature_is_taken_off_and_nothing_else()
    {
        var module = FakeKernel.Module("depends=virtio");
        Assert.Equal(module, ModuleSignature.Remove(FakeKernel.Sign(module, 300)).ToArray());
        Assert.Equal(module, ModuleSignature.Remove(module).ToArray());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    [InlineData(100_000)]
    public void A_signature_longer_than_the_module_is_left_alone(int claimed)
    {
        var signed = FakeKernel.Sign(FakeKernel.Module("depends="), 10);
        BinaryPrimitives.WriteInt32BigEndian(signed.AsSpan(signed.Length - 32), claimed);
        Assert.Equal(signed, ModuleSignature.Remove(signed).ToArray());
        Assert.Equal(signed[^28..], ModuleSignature.Remove(signed.AsSpan(signed.Length - 28)).ToArray());
    }
}
