using System.Reflection;
using System.Text.RegularExpressions;

namespace Rx.Qmp.Tests;

/// <summary>
/// The mistakes that clients of QMP have made, each with a test of ours whose name begins with its number. docs/qmp-traps.md is the same
/// as a table; RX_SNAPSHOTS=write makes it anew.
/// </summary>
public partial class TrapCatalogueTests
{
    private const string Document = "docs/qmp-traps.md";

    private static readonly string[] Traps =
    [
        "An event in front of the greeting is taken for the greeting, or the greeting for a reply.",
        "An event between the negotiation and its reply puts replies out of step.",
        "Events in the segment of the negotiation's reply are lost in a buffer.",
        "Nobody reads the events, so the reader stops, so every command hangs.",
        "Events nobody reads are kept without bound.",
        "Replies longer than a line buffer end the connection.",
        "The read buffer is used again while a reply is still being looked at.",
        "A long message is searched from its beginning each time a piece of it arrives.",
        "A line is taken for a message: pretty output, touching objects and split segments break it.",
        "An event from the future ends the connection.",
        "A time stamp of -1, from a host whose clock failed, ends the connection or becomes nonsense.",
        "An error class from the future ends the connection or is lost.",
        "An enum value or union from the future, or a missing or further member, fails the whole reply.",
        "Cancelling one call ends the connection for all.",
        "The late reply to a command that was given up is taken for the next one's.",
        "A half-written command is left behind and garbles the next.",
        "An error without an id, from the parser, is given to whoever waits.",
        "A reply with an unknown id is given to whoever waits.",
        "A command out of band waits behind the others, or its overtaking reply is given to another.",
        "The list of capabilities is misread, so features are silently off.",
        "Integers of 64 bits pass through a double.",
        "Listening begins after the command whose event came before its reply.",
        "The removal of a device waits for ever when the guest refuses.",
        "A block node is removed while its device still has it.",
        "The end of file after quit is an error, or any other end leaves callers waiting.",
        "The stream of events ends without a word when the connection is lost.",
        "After connecting again, events were missed, descriptors are gone, and a command is sent twice.",
        "Connecting hangs: a stopped QEMU, a second client, a dead process that still holds the socket.",
        "The socket's file is there before anybody listens, or not there yet.",
        "A descriptor is sent twice with a write cut in two, lost between two commands, or closed too early.",
        "An event handler that sends a command deadlocks the reader.",
        "An event handler that throws ends the reader.",
        "One slow command holds up the others.",
        "A command costs a system call for each of its parts.",
        "Secrets reach the log or the transcript.",
        "Jobs: started twice, gone before they were asked about, finished at the wrong moment.",
        "Asking for the status early in a machine's life, and waiting for events of a migration that sends none.",
        "The guest agent: what a former client left, commands without a reply, a frozen guest.",
        "Connecting and closing leaves something behind each time.",
        "Text that is hardly text: half surrogates, broken UTF-8, deep nesting, huge numbers, the same member twice.",
    ];

    [Fact]
    public void Every_trap_has_a_test()
    {
        var tests = Tests();
        Assert.Equal(40, Traps.Length);
        Assert.Empty(Enumerable.Range(1, Traps.Length).Except(tests.Select(test => test.Number)));
        Assert.All(tests, test => Assert.InRange(test.Number, 1, Traps.Length));
    }

    [Fact]
    public void The_document_names_a_test_of_every_trap()
    {
        var tests = Tests();
        if (Environment.GetEnvironmentVariable("RX_SNAPSHOTS") == "write")
        {
            File.WriteAllText(Snapshot.Locate(Document), Write(tests));
        }

        var rows = Row().Matches(Snapshot.Read(Document)).Select(row => row.Groups).ToArray();
        Assert.Equal(Enumerable.Range(1, Traps.Length), rows.Select(row => int.Parse(row["number"].ValueSpan)));
        Assert.Equal(Traps, rows.Select(row => row["what"].Value));
        Assert.All(rows, row => Assert.Contains(
            tests, test => test.Number == int.Parse(row["number"].ValueSpan) && row["test"].Value == Name(test)));
    }

    private static string Write((int Number, string Class, string Method)[] tests) =>
        $"""
        # Traps of QMP

        Forty mistakes found in clients of QMP, and the test that this client does not make them. There are often more tests than the one
        named: `grep -rn "Trap28_" Rx.Qmp.Tests`.

        | # | trap | test |
        |---|---|---|
        {string.Join('\n', Traps.Select((trap, index) => $"| {index + 1} | {trap} | {TestOf(tests, index + 1)} |"))}

        """;

    private static string TestOf((int Number, string Class, string Method)[] tests, int number) =>
        tests.Where(test => test.Number == number).Select(test => $"`{Name(test)}`").Order(StringComparer.Ordinal).First();

    private static string Name((int Number, string Class, string Method) test) => $"{test.Class}.{test.Method}";

    private static (int Number, string Class, string Method)[] Tests() =>
    [
        .. from type in typeof(TrapCatalogueTests).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
           where method.IsDefined(typeof(FactAttribute), inherit: true)
           let name = Number().Match(method.Name)
           where name.Success
           select (int.Parse(name.Groups[1].ValueSpan), type.Name, method.Name),
    ];

    [GeneratedRegex(@"^Trap(\d\d)_")]
    private static partial Regex Number();

    [GeneratedRegex(@"^\| (?<number>\d+) \| (?<what>.*?) \| `(?<test>.*?)` \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
