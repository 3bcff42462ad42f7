using System.Text;
using CsCheck;
using Rx.Vm.Images.Boot;

namespace Rx.Vm.Tests.Images.Boot;

/// <summary>Goal: right on what is right, and harmless on everything else. Method: vectors by hand, then generated ones.</summary>
public sealed class Lz4BlockTests
{
    [Fact]
    public void Literals_only() => Assert.Equal("hello", Decode("5068656c6c6f"));

    [Fact]
    public void An_overlapping_copy_makes_a_run() => Assert.Equal("aaaaaaaaXYZ", Decode("13" + "61" + "0100" + "30" + "58595a"));

    [Fact]
    public void A_copy_from_further_back() => Assert.Equal("abcdeabcd!", Decode("50" + "6162636465" + "0500" + "10" + "21"));

    [Fact]
    public void Long_lengths_go_on_in_further_bytes()
    {
        // 15 + 255 + 1 literals, then a copy of 15 + 255 + 0 + 4 bytes, then the last literal.
        var literals = new string('x', 270) + "y";
        var block = "ff" + "ff01" + Convert.ToHexString(Encoding.ASCII.GetBytes(literals)) + "0100" + "ff00" + "1021";
        Assert.Equal(literals + new string('y', 274) + "!", Decode(block));
    }

    [Theory]
    [InlineData("")]
    [InlineData("50")]
    [InlineData("5068")]
    [InlineData("f0")]
    [InlineData("f0ffffff")]
    [InlineData("106101")]
    [InlineData("10610000")]
    [InlineData("10610200")]
    [InlineData("1f610100ffff")]
    [InlineData("1061010010")]
    public void Malformed_blocks_are_refused(string hex) =>
        Assert.Equal(-1, Lz4Block.Decode(Convert.FromHexString(hex), new byte[64]));

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var block = Lz4Encoder.Encode(new byte[1000]);
        Assert.Equal(1000, Lz4Block.Decode(block, new byte[1000]));
        Assert.Equal(-1, Lz4Block.Decode(block, new byte[999]));
    }

    [Fact]
    public void Whatever_was_encoded_comes_back()
    {
        // Few different bytes make many copies; up to 100 000 make long ones.
        Gen.Int[1, 4].SelectMany(kinds => Gen.Byte[0, (byte)kinds].Array[0, 2000]).Each(52, 500, data =>
        {
            var target = new byte[data.Length];
            Assert.Equal(data.Length, Lz4Block.Decode(Lz4Encoder.Encode(data), target));
            Assert.True(target.AsSpan().SequenceEqual(data));
        });
        var run = new byte[100_000];
        Assert.Equal(run.Length, Lz4Block.Decode(Lz4Encoder.Encode(run), new byte[run.Length]));
    }

    [Fact]
    public void Random_bytes_never_get_past_the_target()
    {
        Gen.Byte.Array[0, 200].Each(53, 5000, noise =>
        {
            var memory = new byte[96];
            memory.AsSpan(64).Fill(0xaa);
            var written = Lz4Block.Decode(noise, memory.AsSpan(0, 64));
            Assert.InRange(written, -1, 64);
            Assert.Equal(-1, memory.AsSpan(64).IndexOfAnyExcept((byte)0xaa));
        });
    }

    private static string Decode(string hex)
    {
        var target = new byte[1024];
        var length = Lz4Block.Decode(Convert.FromHexString(hex), target);
        return length < 0 ? "refused" : Encoding.ASCII.GetString(target, 0, length);
    }
}
