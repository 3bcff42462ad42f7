using System.Buffers.Binary;
using Rx.Vm.Tests.Campaign;
using Rx.Vm.Tests.Fuzz.Targets;

namespace Rx.Vm.Tests.Fuzz;

/// <summary>The fuzzer has teeth: a reader of frames with one defect is found out, and the input is cut down.</summary>
[Slow]
public class FuzzTeethTests(ITestOutputHelper output)
{
    public static TheoryData<string> Defects => [.. Enum.GetNames<Defect>().Where(name => name != nameof(Defect.None))];

    [Theory]
    [MemberData(nameof(Defects))]
    public void A_reader_with_a_defect_is_found_out(string name)
    {
        var defect = Enum.Parse<Defect>(name);
        var finding = new Fuzzer(new DefectiveTarget(defect), seed: 1, []).Run(200_000);
        output.WriteLine($"{finding}");
        Assert.NotNull(finding);

        // Some frames: what stands before the word in its own can't be cut out, as the length before it would be wrong.
        Assert.InRange(finding.Input.Length, 1, 512);
        Assert.NotNull(Fuzzer.TryRun(new DefectiveTarget(defect), finding.Input, out _));
        Assert.Null(Fuzzer.TryRun(new DefectiveTarget(Defect.None), finding.Input, out _));
    }

    [Fact]
    public void A_sound_reader_is_not() => Assert.Null(new Fuzzer(new DefectiveTarget(Defect.None), seed: 1, []).Run(20_000));

    private enum Defect
    {
        None,

        /// <summary>A body of NEXT is read without a look at its length.</summary>
        ReadsPastTheEnd,

        /// <summary>A length is trusted before the bytes are there.</summary>
        BelievesLengths,

        /// <summary>A header that comes in two pieces is read anew from the second.</summary>
        ForgetsHalfAHeader,

        /// <summary>Every piece looks at all bytes again.</summary>
        Rescans,

        /// <summary>One word of the language is not expected.</summary>
        FailsOnAWord,
    }

    private sealed class DefectiveTarget(Defect defect) : FuzzTarget
    {
        private const int Limit = 1 << 20;

        public override string Name => "defective";

        public override (int PerByte, int Floor) Allocations => (64, 16 << 10);

        protected override IEnumerable<string> Dictionary => ControlGrammar.Words;

        public override void Generate(ref Dice dice, FuzzInput input) => ControlGrammar.Frames(ref dice, input, Words);

        public override uint Run(byte cuts, ReadOnlySpan<byte> input)
        {
            var whole = Read(0, input);
            FuzzFailure.UnlessEqual(whole, Read(cuts, input), "frames");
            return (uint)whole;
        }

        private int Read(byte cuts, ReadOnlySpan<byte> input)
        {
            var (frames, work, start, end) = (0, 0, 0, 0);
            var pieces = new Cuts(cuts, input);
            while (pieces.Next(out var piece))
            {
                work += defect == Defect.Rescans ? end : 0;
                start = defect == Defect.ForgetsHalfAHeader && end - start is > 0 and < 8 ? end : start;
                end += piece.Length;
                work += piece.Length;
                while (end - start >= 8)
                {
                    var length = BinaryPrimitives.ReadUInt32BigEndian(input[(start + 4)..]);
                    if (length is < 8 or > Limit)
                    {
                        return -frames;
                    }

                    if (defect == Defect.BelievesLengths)
                    {
                        GC.KeepAlive(new byte[length]);
                    }

                    if (length > end - start)
                    {
                        break;
                    }

                    Body(input[start], BinaryPrimitives.ReadUInt32BigEndian(input[start..]), input.Slice(start + 8, (int)length - 8));
                    start += (int)length;
                    frames++;
                }
            }

            FuzzFailure.Unless(work <= 2 * input.Length);
            return frames;
        }

        private void Body(byte first, uint code, ReadOnlySpan<byte> payload)
        {
            if (defect == Defect.ReadsPastTheEnd && code == 14)
            {
                _ = BinaryPrimitives.ReadUInt32BigEndian(payload);
            }

            if (defect == Defect.FailsOnAWord && first == 0 && payload.IndexOf("overlay"u8) >= 0)
            {
                throw new InvalidOperationException("planted");
            }
        }
    }
}
