using Rx.Vm.Guest.Wire;
using Rx.Vm.Tests.Campaign;

namespace Rx.Vm.Tests.Fuzz.Targets;

/// <summary>The JSON of READY: read or refused in one line, and what was read is written and read again as the same.</summary>
internal sealed class ReadyTarget : FuzzTarget
{
    public override string Name => "ready";

    public override int Cost => 3;

    protected override IEnumerable<string> Dictionary =>
        ControlGrammar.Words.Concat(["\"", ",", ":", "null", "\\ud800", "[", "]", "{", "}"]);

    public override void Generate(ref Dice dice, FuzzInput input)
    {
        if (dice.OneIn(3))
        {
            JsonGrammar.Object(ref dice, input, Words, 3);
            return;
        }

        input.Append("{\"init\":\"rxvm\",\"version\":"u8);
        input.Append((byte)('0' + dice.Below(10)));
        input.Append(",\"features\":["u8);
        for (var count = dice.Below(4); count > 0; count--)
        {
            input.Append((byte)'"');
            input.Append(Words[dice.Below(11)]);
            input.Append(count > 1 ? "\","u8 : "\""u8);
        }

        input.Append("]}"u8);
    }

    public override uint Run(byte cuts, ReadOnlySpan<byte> input)
    {
        if (!GuestFeatures.TryParse(input, out var features, out var error))
        {
            FuzzFailure.UnlessEqual(GuestFeatures.None, features, "features of a refused READY");
            FuzzFailure.Unless(error.Length > 0);
            ControlTarget.CheckHarmless(error, 200);
            return 1;
        }

        FuzzFailure.Unless(features.Init.Length <= 64 && (features.Flags & ~GuestFeature.All) == 0 && error.Length == 0);
        FuzzFailure.Unless(GuestFeatures.TryParse(features.ToPayload(), out var again, out _));

        // Half of a surrogate pair, at the cut to 64 characters, is not a character that can be written.
        FuzzFailure.UnlessEqual((features.Version, features.Flags), (again.Version, again.Flags), "features written and read");
        return 2 | (uint)features.Flags << 2;
    }
}
