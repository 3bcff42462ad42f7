using System.Text;
using Rx.Vm.Pods;

namespace Rx.Vm.Tests.Pods;

/// <summary>Specs as bytes: UTF-8 is read, anything else refused and never mended into another spec than was written.</summary>
public class PodSpecBytesTests
{
    private const string Hello = """{"containers":[{"image":"b","command":["echo","grün 漢 🙂"]}]}""";

    [Fact]
    public void UTF8_is_read_as_it_was_written()
    {
        Assert.Equal("grün 漢 🙂", PodSpec.Parse(Encoding.UTF8.GetBytes(Hello)).Containers[0].Command[1]);
        Assert.Equal("grün 漢 🙂", PodSpec.Parse((byte[])[0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Hello)]).Containers[0].Command[1]);
    }

    [Theory]
    [InlineData("latin1", "line 1")]
    [InlineData("utf-16", "line 1")]
    [InlineData("utf-16BE", "line 1")]
    [InlineData("utf-32", "line 1")]
    public void Another_encoding_is_refused(string encoding, string line)
    {
        var e = Assert.Throws<PodSpecException>(() => PodSpec.Parse(Encoded(encoding)));
        Assert.Equal("", e.Field);
        Assert.Contains("not UTF-8", e.Message, StringComparison.Ordinal);
        Assert.Contains(line, e.Message, StringComparison.Ordinal);
    }

    // Wherever they are: in a value, a key, a comment that nobody reads, or behind the end.
    [Theory]
    [InlineData("{\"containers\":[{\"image\":\"b\",\"command\":[\"caf", "\"]}]}", 1)]
    [InlineData("{\n\"", "\":1}", 2)]
    [InlineData("{\"containers\":\n[{\"image\":\"b\",\"command\":[\"x\"]}]/*\n", "*/}", 3)]
    [InlineData("{\"containers\":[{\"image\":\"b\",\"command\":[\"x\"]}]}\n", "", 2)]
    public void Broken_bytes_are_refused_with_their_line(string before, string behind, int line)
    {
        byte[][] broken = [[0xE9], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80]];
        foreach (var bytes in broken)
        {
            var e = Assert.Throws<PodSpecException>(() => PodSpec.Parse(
                (byte[])[.. Encoding.UTF8.GetBytes(before), .. bytes, .. Encoding.UTF8.GetBytes(behind)]));
            Assert.Contains($"not UTF-8 (line {line})", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Too_many_bytes_are_refused_before_they_are_looked_at()
    {
        var e = Assert.Throws<PodSpecException>(() => PodSpec.Parse(new byte[(1 << 20) + 1]));
        Assert.Contains("longer", e.Message, StringComparison.Ordinal);
    }

    private static byte[] Encoded(string encoding)
    {
        var codec = Encoding.GetEncoding(encoding);
        return [.. codec.GetPreamble(), .. codec.GetBytes(Hello)];
    }
}
