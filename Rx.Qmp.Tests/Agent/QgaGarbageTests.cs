using System.Text;

namespace Rx.Qmp.Tests.Agent;

/// <summary>Whatever a port holds, the client comes into step: random leftovers, cut at random places, with a printed seed.</summary>
public class QgaGarbageTests
{
    private const int Rounds = 2000;

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", "\"", "\\", "\n", "\r\n", " ", "\u00ff", "{\"return\": ", "{\"return\": 12345}", "{\"return\": {}}\n", "\"id\": 1",
        "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"\"}}", "login: ", "\0", "\u0080", "{\"event\": \"STOP\"}", "null", ":", ",",
    ];

    [Fact]
    public async Task Trap38_random_leftovers_never_keep_it_out_of_step()
    {
        var seed = Seeds.Of(38);
        var random = new Random(seed);
        for (var round = 0; round < Rounds; round++)
        {
            var left = string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            try
            {
                await ComesIntoStep(left, random);
            }
            catch (Exception fault)
            {
                Assert.Fail($"seed {seed}, round {round}, leftovers {Convert.ToHexString(Encoding.Latin1.GetBytes(left))}: {fault}");
            }
        }
    }

    private static async Task ComesIntoStep(string left, Random random)
    {
        using var rig = new QgaRig();
        rig.Agent.Freeze();
        var connecting = rig.Connect();
        for (var at = 0; at < left.Length;)
        {
            var length = random.Next(1, left.Length - at + 1);
            rig.Agent.Say(left.Substring(at, length));
            at += length;
        }

        rig.Agent.Thaw();
        Assert.True(connecting.IsCompletedSuccessfully);
        rig.Agent.Answer = name => $"\"return\": \"{name}\"";
        Assert.Equal("guest-a", (await rig.Execute("guest-a")).GetElement().GetString());
        Assert.Equal("guest-b", (await rig.Execute("guest-b")).GetElement().GetString());
    }
}
