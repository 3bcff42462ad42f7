using System.Text;
using System.Text.Unicode;
using Rx.Vm.Pods;
using Rx.Vm.Tests.Campaign;

namespace Rx.Vm.Tests.Fuzz.Targets;

/// <summary>
/// Pod specs: read and sound, or refused by the one typed exception whose text harms no terminal and is no larger than a text for people
/// may be. Bytes that are not UTF-8 are refused as they are, and read as a string in which 0xFF stands for half of a surrogate pair, which
/// a .NET string may have.
/// </summary>
internal sealed class PodSpecTarget : FuzzTarget
{
    private const int LongestMessage = 1000;

    public override string Name => "podspec";

    public override int Cost => 6;

    public override (int PerByte, int Floor) Allocations => (2048, 256 << 10);

    protected override IEnumerable<string> Dictionary =>
    [
        "id", "hostname", "tty", "labels", "resource", "vcpu", "memory", "restartPolicy", "containers", "name", "image", "entrypoint",
        "command", "workdir", "readOnly", "envs", "env", "value", "user", "group", "additionalGroups", "volumes", "never", "always", "web",
        "busybox", "/", "sh", "\"", "{", "}", "[", "]", ",", ":", "\\ud800", "\\u0000", "\\u001b", "//x\n", "/*", "*/",
        """{"image":"busybox","command":["sh"]}""", """{"env":"A","value":"b"}""", new string('a', 70),
    ];

    public override void Generate(ref Dice dice, FuzzInput input)
    {
        input.Append("{\"containers\":["u8);
        for (var count = 1 + dice.Below(3); count > 0; count--)
        {
            input.Append("{\"image\":\"busybox\",\"command\":[\"sh\",\"-c\",\"true\"]"u8);
            Members(ref dice, input, dice.Below(3));
            input.Append(count > 1 ? "},"u8 : "}"u8);
        }

        input.Append((byte)']');
        Members(ref dice, input, dice.Below(3));
        input.Append((byte)'}');
    }

    public override uint Run(byte cuts, ReadOnlySpan<byte> input)
    {
        try
        {
            var spec = Utf8.IsValid(input) ? PodSpec.Parse(input.ToArray()) : ParseBroken(input);
            spec.Validate();
            FuzzFailure.Unless(spec.Containers.Length is >= 1 and <= PodSpec.MaxContainers);
            return (uint)spec.Containers.Length | (spec.Id is null ? 0u : 32) | (spec.Labels.IsEmpty ? 0u : 64);
        }
        catch (PodSpecException e)
        {
            ControlTarget.CheckHarmless(e.Message, LongestMessage);
            return 0x8000_0000u | Kind(e.Field);
        }
    }

    private static PodSpec ParseBroken(ReadOnlySpan<byte> input)
    {
        try
        {
            PodSpec.Parse(input.ToArray());
            throw new FuzzFailure("bytes that are not UTF-8 were taken for a spec");
        }
        catch (PodSpecException e)
        {
            FuzzFailure.Unless(e.Message.Contains("not UTF-8", StringComparison.Ordinal));
        }

        return PodSpec.Parse(Encoding.UTF8.GetString(input).Replace('\uFFFD', '\ud800'));
    }

    // By hand: hash codes of strings differ from run to run, and what is kept may only depend on the input.
    private static uint Kind(string field) => field.Take(24).Aggregate(0u, (kind, c) => kind * 31 + (char.IsAsciiLetter(c) ? c : 0u)) >> 1;

    private void Members(ref Dice dice, FuzzInput input, int count)
    {
        for (; count > 0; count--)
        {
            input.Append(",\""u8);
            input.Append(Words[dice.Below(Words.Length)]);
            input.Append("\":"u8);
            JsonGrammar.Value(ref dice, input, Words, 2);
        }
    }
}
