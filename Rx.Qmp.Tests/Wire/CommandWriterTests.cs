using System.Buffers;
using System.Text;
using Rx.Qmp.Wire;

namespace Rx.Qmp.Tests.Wire;

/// <summary>Commands byte for byte, into no more room than was asked for.</summary>
public class CommandWriterTests
{
    [Theory]
    [InlineData(0, false, false, """{"execute":"stop","id":0}""")]
    [InlineData(9, false, false, """{"execute":"stop","id":9}""")]
    [InlineData(10, false, false, """{"execute":"stop","id":10}""")]
    [InlineData(42, true, false, """{"exec-oob":"stop","id":42}""")]
    [InlineData(7, false, true, "{\"execute\":\"stop\",\"id\":7}\n")]
    [InlineData(99, true, true, "{\"exec-oob\":\"stop\",\"id\":99}\n")]
    public void A_command_is_these_bytes(int slot, bool outOfBand, bool endLine, string text)
    {
        var output = new Exact();
        CommandWriter.Write(output, QmpCommand.Create("stop"), slot, outOfBand, endLine);
        Assert.Equal(text, Encoding.UTF8.GetString(output.Written));
    }

    [Fact]
    public void The_longest_takes_all_the_room_that_was_asked_for()
    {
        var output = new Exact();
        CommandWriter.Write(output, QmpCommand.Create("stop"), 42, outOfBand: false, endLine: true);
        Assert.Equal(output.Asked, output.Written.Length);
    }

    /// <summary>Gives exactly what is asked for.</summary>
    private sealed class Exact : IBufferWriter<byte>
    {
        private byte[] _room = [];

        public int Asked => _room.Length;

        public byte[] Written { get; private set; } = [];

        public void Advance(int count) => Written = _room[..count];

        public Memory<byte> GetMemory(int sizeHint = 0) => _room = new byte[sizeHint];

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
