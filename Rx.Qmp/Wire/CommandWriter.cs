using System.Buffers;

namespace Rx.Qmp.Wire;

/// <summary>Puts commands on the wire in the shortest form QEMU takes: it reads one byte per turn of its main loop, about
/// ten microseconds each, so there is no white space and, for the first ten in flight, an id of one digit.</summary>
internal static class CommandWriter
{
    /// <summary>Appends one command.</summary>
    /// <param name="output">Where the bytes go.</param>
    /// <param name="command">The command; its body is encoded already.</param>
    /// <param name="slot">0 to 99; becomes the id.</param>
    /// <param name="outOfBand">True: to be executed out of band.</param>
    /// <param name="endLine">True: a newline follows, for servers that read lines.</param>
    public static void Write(IBufferWriter<byte> output, QmpCommand command, int slot, bool outOfBand, bool endLine = false)
    {
        var verb = outOfBand ? "{\"exec-oob\""u8 : "{\"execute\""u8;
        var body = command.Body.Span;
        var room = output.GetSpan(verb.Length + body.Length + 10);
        verb.CopyTo(room);
        body.CopyTo(room[verb.Length..]);
        var at = verb.Length + body.Length;
        ",\"id\":"u8.CopyTo(room[at..]);
        at += 6;
        if (slot >= 10)
        {
            room[at++] = (byte)('0' + (slot / 10));
        }

        room[at++] = (byte)('0' + (slot % 10));
        room[at++] = (byte)'}';
        if (endLine)
        {
            room[at++] = (byte)'\n';
        }

        output.Advance(at);
    }
}
