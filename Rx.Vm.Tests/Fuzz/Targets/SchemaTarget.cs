using System.Text;
using Rx.Qmp;
using Rx.Vm.Tests.Campaign;

namespace Rx.Vm.Tests.Fuzz.Targets;

/// <summary>Replies to query-qmp-schema: read or refused; whatever is asked of them has an answer, and soon, also where types name each
/// other in circles.</summary>
internal sealed class SchemaTarget : FuzzTarget
{
    private static readonly string[] Steps = ["a", "b", "type", "type=a", "type=b", "return", "0", "", "=", "a=", "\ud800", "[1]"];

    public override string Name => "schema";

    public override int Cost => 36;

    public override (int PerByte, int Floor) Allocations => (1024, 512 << 10);

    protected override IEnumerable<string> Dictionary =>
    [
        "name", "meta-type", "command", "event", "object", "enum", "array", "builtin", "alternate", "arg-type", "ret-type", "members",
        "type", "tag", "variants", "case", "values", "element-type", "json-type", "features", "deprecated", "allow-oob", "default", "true",
        "0", "1", "2", "[1]", "a", "b", "{", "}", "[", "]", "\"", ":", ",", "\\ud800", "\\u0061", "{\"name\":\"a\",\"meta-type\":\"command\"}",
    ];

    public override void Generate(ref Dice dice, FuzzInput input)
    {
        input.Append((byte)'[');
        for (var count = dice.Below(8); count >= 0; count--)
        {
            input.Append(Encoding.UTF8.GetBytes(Entry(ref dice)));
            input.Append(count == 0 ? ""u8 : ","u8);
        }

        input.Append((byte)']');
    }

    public override uint Run(byte cuts, ReadOnlySpan<byte> input)
    {
        QmpSchema schema;
        try
        {
            schema = QmpSchema.Parse(input.ToArray());
        }
        catch (QmpProtocolException)
        {
            return 0;
        }

        var names = schema.Commands.Concat(schema.Events).Take(8).Append("nothing").ToArray();
        var (found, features) = (0u, 0u);
        foreach (var name in names)
        {
            foreach (var step in Steps)
            {
                foreach (var next in Steps)
                {
                    found += schema.Has($"{name}/{step}/{next}") ? 1u : 0;
                }

                features += schema.HasFeature($"{name}/{step}", "deprecated") ? 1u : 0;
            }

            _ = schema.IsOobAllowed(name);
        }

        return 1 | (uint)Math.Min(names.Length, 15) << 1 | Few(found) << 8 | Few(features) << 12;
    }

    private static uint Few(uint count) => (uint)uint.Log2(count + 1);

    private static string Entry(ref Dice dice)
    {
        var name = dice.Below(6);
        var type = Type(ref dice);
        return dice.Below(7) switch
        {
            0 or 1 => $$"""{"name":"a{{name}}","meta-type":"command","arg-type":"{{type}}","ret-type":"{{Type(ref dice)}}","allow-oob":true}""",
            2 => $$"""{"name":"E{{name}}","meta-type":"event","arg-type":"{{type}}","features":["deprecated"]}""",
            3 => $$"""{"name":"{{name}}","meta-type":"enum","values":["a","b"],"members":[{"name":"a","features":["deprecated"]}]}""",
            4 => $$"""{"name":"[{{name}}]","meta-type":"array","element-type":"{{type}}"}""",
            5 => $$"""{"name":"{{name}}","meta-type":"alternate","members":[{"type":"{{type}}"},{"type":"{{Type(ref dice)}}"}]}""",
            _ => $$"""{"name":"{{name}}","meta-type":"object","members":[{"name":"a","type":"{{type}}","default":null},{"name":"type","""
                + $$""" "type":"{{Type(ref dice)}}"}],"tag":"type","variants":[{"case":"a","type":"{{Type(ref dice)}}"}]}""",
        };
    }

    private static string Type(ref Dice dice) => dice.OneIn(4) ? $"[{dice.Below(6)}]" : $"{dice.Below(6)}";
}
