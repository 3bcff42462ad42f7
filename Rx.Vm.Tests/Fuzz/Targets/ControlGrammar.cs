using System.Buffers.Binary;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Tests.Campaign;

namespace Rx.Vm.Tests.Fuzz.Targets;

/// <summary>Frames as a guest sends them.</summary>
internal static class ControlGrammar
{
    private static readonly GuestCode[] Codes = Enum.GetValues<GuestCode>();

    public static IEnumerable<string> Words =>
    [
        "init", "version", "features", "rxvm", "pipes", "user", "serial-disk", "overlay", "exit-frame", "stdin-eof", "signal", "wide", "window",
        "exec-signal", "ends", "ids",
        """{"init":"rxvm","version":1,"features":["pipes","signal"]}""", "\0\0\0\u0009\0\0\0\u0008", "\0\0\0\u000a\0\0\0\u0009x",
        "\0\0\0\u000d\0\0\0\u000c\0\0\0\u0001", "\0\0\0\u000e\0\0\0\u000c\0\0\0\u0001", "\u001b[2J", "\u202e", "\r\n", "\ud83d\ude00",
    ];

    public static void Frames(ref Dice dice, FuzzInput input, byte[][] words)
    {
        for (var count = 1 + dice.Below(8); count > 0; count--)
        {
            var code = dice.OneIn(3) ? Codes[dice.Below(Codes.Length)] : dice.Below(8) switch
            {
                5 => GuestCode.ProcessEnd,
                6 => GuestCode.Window,
                7 => GuestCode.Answer,
                0 => GuestCode.Ack,
                1 => GuestCode.Error,
                2 => GuestCode.Next,
                3 => GuestCode.FinishPod,
                _ => GuestCode.Ready,
            };
            Frame(ref dice, input, code, words);
        }
    }

    private static void Frame(ref Dice dice, FuzzInput input, GuestCode code, byte[][] words)
    {
        var at = input.Length;
        input.Append(new byte[ControlFrame.HeaderSize]);
        if (code == GuestCode.Ready && dice.OneIn(2))
        {
            input.Append("{\"init\":\"rxvm\",\"version\":1,\"features\":"u8);
            JsonGrammar.Value(ref dice, input, words, 2);
            input.Append((byte)'}');
        }
        else
        {
            Span<byte> number = stackalloc byte[4];
            var whole = code switch { GuestCode.ProcessEnd => 7, GuestCode.Window or GuestCode.Answer => 3, _ => 0 };
            for (var left = whole > 0 && !dice.OneIn(4) ? whole : dice.Below(code is GuestCode.Next or GuestCode.FinishPod ? 4 : 2); left > 0; left--)
            {
                BinaryPrimitives.WriteUInt32BigEndian(number, dice.OneIn(4) ? (uint)dice.Next() : (uint)dice.Below(64));
                input.Append(number);
            }

            if (code is GuestCode.Error or GuestCode.Ack)
            {
                input.Append(words[dice.Below(words.Length)]);
            }
        }

        if (input.Length - at >= ControlFrame.HeaderSize)
        {
            ControlFrame.WriteHeader(input.Bytes[at..], code, input.Length - at - ControlFrame.HeaderSize);
        }
    }
}
