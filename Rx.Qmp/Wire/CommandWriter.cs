using System.Buffers;
using Rx.Qmp.Commands;

namespace Rx.Qmp.Wire;

/// <summary>Puts commands on the wire in the shortest form QEMU takes: it reads one byte per turn of its main loop (P6), so there
/// is no white space, no newline and an id of one digit.</summary>
internal static class CommandWriter
{
    /// <summary>Appends one command.</summary>
    /// <param name="output">Where the bytes go.</param>
    /// <param name="command">The command; its body is encoded already.</param>
    /// <param name="slot">0 to 9; becomes the id.</param>
    public static void Write(IBufferWriter<byte> output, QmpCommand command, int slot)
    {
        output.Write("{\"execute\""u8);
        output.Write(command.Body.Span);
        output.Write(",\"id\":"u8);
        output.Write([(byte)('0' + slot), (byte)'}']);
    }
}
