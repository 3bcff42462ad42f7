using Rx.Vm.Guest;
using Rx.Vm.Tests.Campaign;
using Rx.Vm.Text;

namespace Rx.Vm.Tests.Fuzz.Targets;

/// <summary>The console's lines: the same however they are cut, none too long, and nothing in them that harms a terminal.</summary>
internal sealed class ConsoleTarget : FuzzTarget
{
    private const int Cap = 64;
    private readonly List<string> _lines = [];
    private readonly List<string> _cutLines = [];

    public override string Name => "console";

    public override int Cost => 2;

    protected override IEnumerable<string> Dictionary =>
        ["\n", "\r", "\r\n", "\n\r", "\u001b[31m", "\u202e", "\u00fc", "\ud83d\ude00", "\0", "Kernel panic", new string('x', Cap)];

    public override void Generate(ref Dice dice, FuzzInput input)
    {
        for (var count = dice.Below(20); count > 0; count--)
        {
            input.Append(Words[dice.Below(Words.Length)]);
        }
    }

    public override uint Run(byte cuts, ReadOnlySpan<byte> input)
    {
        var bytes = Split(0, input, _lines);
        FuzzFailure.UnlessEqual(bytes, Split(cuts, input, _cutLines), "bytes of cut input");
        FuzzFailure.Unless(_lines.SequenceEqual(_cutLines), "lines of cut input");
        FuzzFailure.UnlessEqual(input.Length - input.Count((byte)'\n') - input.Count((byte)'\r'), bytes, "bytes in lines");
        return (uint)int.Log2(_lines.Count + 1) | (uint)int.Log2(bytes + 1) << 16;
    }

    private static int Split(byte cuts, ReadOnlySpan<byte> input, List<string> lines)
    {
        lines.Clear();
        var bytes = 0;
        var splitter = new LineSplitter(Cap, line =>
        {
            FuzzFailure.Unless(line.Length <= Cap);
            bytes += line.Length;
            var text = CleanText.Of(line, Cap);
            ControlTarget.CheckHarmless(text, Cap + 1);
            lines.Add(text);
        });
        var pieces = new Cuts(cuts, input);
        while (pieces.Next(out var piece))
        {
            splitter.Feed(piece);
        }

        splitter.Complete();
        return bytes;
    }
}
