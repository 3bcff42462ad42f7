using System.Buffers;
using Rx.Vm.Journal;
using Rx.Vm.Tests.Campaign;

namespace Rx.Vm.Tests.Fuzz.Targets;

/// <summary>
/// Journals. With an odd first byte the input is a file; with an even one its lines are the records of a file whose seals are all right, as
/// somebody who knows the format could forge them. Read, or refused by the one typed exception; and what was read can be replayed.
/// </summary>
internal sealed class JournalTarget : FuzzTarget
{
    private static readonly byte[][] Members =
    [
        "\"token\":1"u8.ToArray(), "\"operand\":2"u8.ToArray(), "\"operand\":-1"u8.ToArray(), "\"operand\":2147483647"u8.ToArray(),
        "\"pod\":\"web\""u8.ToArray(), "\"text\":\"\u001b\""u8.ToArray(), "\"codes\":[0,-1]"u8.ToArray(), "\"reason\":\"None\""u8.ToArray(),
        "\"fx\":1"u8.ToArray(), "\"fx\":4294967295"u8.ToArray(), "\"digest\":\"0123456789abcdef\""u8.ToArray(),
    ];

    private readonly ArrayBufferWriter<byte> _file = new();

    public override string Name => "journal";

    public override int Cost => 6;

    // One record's buffer is 64 KiB, whatever the file.
    public override (int PerByte, int Floor) Allocations => (8192, 1 << 20);

    protected override IEnumerable<string> Dictionary =>
    [
        "vm", "keep", "created", "timeouts", "AfterFinish", "boot", "i", "at", "event", "operand", "token", "pod", "text", "codes", "phase",
        "reason", "fx", "digest", "gap", "count", "RunPodRequested", "ProcessStarted", "DeadlineElapsed", "DeviceAdded", "Booting", "Gone",
        "0123456789abcdef", "9223372036854775807", "-1", "null", "\n", "\"", "\\ud800", "RXJOURNL", "\u0001\0\0\0", "}\n{",
        """{"vm":"vm-1","created":"2026-01-01T00:00:00Z"}""",
        """{"i":1,"at":0,"event":"BootRequested","token":1,"phase":"Booting","fx":1}""",
    ];

    public override void Generate(ref Dice dice, FuzzInput input)
    {
        input.Append("""{"vm":"vm-1","created":"2026-01-01T00:00:00Z"}"""u8);
        for (int count = dice.Below(9), i = 1; i <= count; i++)
        {
            input.Append("\n{\"i\":"u8);
            input.Append((byte)('0' + i));
            input.Append(",\"at\":"u8);
            input.Append((byte)('0' + i));
            input.Append(",\"event\":\""u8);
            input.Append(Words[20 + dice.Below(4)]);
            input.Append("\",\"phase\":\"Booting\""u8);
            for (var more = dice.Below(4); more > 0; more--)
            {
                input.Append((byte)',');
                input.Append(Members[dice.Below(Members.Length)]);
            }

            input.Append((byte)'}');
        }
    }

    public override uint Run(byte cuts, ReadOnlySpan<byte> input)
    {
        var file = (cuts & 1) == 1 ? input.ToArray() : Forge(input);
        try
        {
            using var stream = new MemoryStream(file, writable: false);
            var recording = new JournalReader(stream, "journal").Read();
            FuzzFailure.Unless(recording.End.Offset + recording.End.BytesLeft == file.Length);
            FuzzFailure.Unless(recording.Entries.Length <= recording.Seen);
            var replay = JournalReplay.Run(recording);
            FuzzFailure.Unless(replay.Steps.Length <= recording.Entries.Length + 1);
            return 0x100u | (uint)recording.End.Kind << 4 | (uint)Math.Min(recording.Entries.Length, 15) | (replay.IsEqual ? 0x200u : 0)
                | (uint)replay.Steps[^1].Fold.Core.Phase << 12;
        }
        catch (JournalException e)
        {
            ControlTarget.CheckHarmless(e.Message, 1000);
            return (uint)e.Fault;
        }
    }

    private byte[] Forge(ReadOnlySpan<byte> lines)
    {
        _file.ResetWrittenCount();
        var chain = JournalFormat.Begin(_file, "0123456789abcdef"u8);
        foreach (var line in lines.Split((byte)'\n'))
        {
            chain = JournalFormat.Append(_file, lines[line], chain) ?? chain;
        }

        return _file.WrittenSpan.ToArray();
    }
}
