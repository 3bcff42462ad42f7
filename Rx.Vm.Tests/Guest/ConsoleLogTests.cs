using System.Text;
using Rx.Vm.Guest;

namespace Rx.Vm.Tests.Guest;

/// <summary>Lines of the console: every cut, the cap, the ring, the end.</summary>
public class ConsoleLogTests
{
    private const string Sample = "one\ntwo\r\nthree\rfour\n\nsix\r\r\neight\n\rten\r\n\r\ntail";

    private static readonly string[] Lines = ["one", "two", "three", "four", "", "six", "", "eight", "", "ten", "", "tail"];

    [Fact]
    public void Every_line_end_counts_once_wherever_the_input_is_cut()
    {
        for (var a = 0; a <= Sample.Length; a++)
        {
            for (var b = a; b <= Sample.Length; b++)
            {
                Assert.Equal(Lines, Split([Sample[..a], Sample[a..b], Sample[b..]]));
            }
        }

        Assert.Equal(Lines, Split(Sample.Select(c => c.ToString())));
    }

    [Fact]
    public void A_line_over_the_cap_becomes_several_and_one_of_exactly_the_cap_stays_one()
    {
        foreach (var cut in Enumerable.Range(0, 13))
        {
            Assert.Equal(["abcd", "efgh", "ij", "wxyz", ""], Split(["abcdefghij\nwxyz\n\n"[..cut], "abcdefghij\nwxyz\n\n"[cut..]], cap: 4));
        }

        Assert.Equal(["abcd"], Split(["abcd"], cap: 4));
        Assert.Equal(["abcd", "e"], Split(["abcde"], cap: 4));
    }

    [Fact]
    public void Nothing_is_no_line()
    {
        Assert.Empty(Split([]));
        Assert.Empty(Split([""]));
        Assert.Equal([""], Split(["\r", "\n"]));
    }

    [Fact]
    public void The_log_keeps_the_newest_lines_clean_and_the_last_partial_one()
    {
        var stream = new ScriptedStream();
        var heard = new List<string>();
        using var log = new ConsoleLog(stream, new() { KeptLines = 3 }, heard.Add);
        log.Start();
        stream.Feed("1\n2\n3\n4\u001b[31m\nKernel pan"u8);
        Assert.Equal(["2", "3", "4\uFFFD[31m"], log.Tail());
        stream.Feed("ic"u8);
        Assert.False(log.Completion.IsCompleted);
        stream.End();
        Assert.True(log.Completion.IsCompletedSuccessfully);
        Assert.Equal(["3", "4\uFFFD[31m", "Kernel panic"], log.Tail());
        Assert.Equal(["1", "2", "3", "4\uFFFD[31m", "Kernel panic"], heard);
        Assert.Equal(5, log.TotalLines);
    }

    [Fact]
    public void The_defaults_are_200_lines_of_4_KiB()
    {
        var stream = new ScriptedStream();
        using var log = new ConsoleLog(stream);
        log.Start();
        for (var i = 0; i < 300; i++)
        {
            stream.Feed(Encoding.UTF8.GetBytes(new string('x', 10_000) + "\n"));
        }

        Assert.Equal(200, log.Tail().Length);
        Assert.Equal(4096, log.Tail().Max(l => l.Length));
        Assert.Equal(900, log.TotalLines);
    }

    [Fact]
    public void A_callback_that_throws_and_a_read_that_fails_lose_no_line()
    {
        var stream = new ScriptedStream();
        using var log = new ConsoleLog(stream, onLine: _ => throw new InvalidOperationException("callback"));
        log.Start();
        stream.Feed("one\ntwo\nthr"u8);
        stream.Fail(new IOException("reset"));
        Assert.Equal(["one", "two", "thr"], log.Tail());
        Assert.True(log.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public void Disposal_ends_it_and_keeps_the_lines()
    {
        var stream = new ScriptedStream();
        var log = new ConsoleLog(stream);
        log.Start();
        stream.Feed("one\ntw"u8);
        log.Dispose();
        log.Dispose();
        Assert.True(log.Completion.IsCompletedSuccessfully);
        Assert.Equal(["one", "tw"], log.Tail());
        Assert.True(stream.IsDisposed);
    }

    private static List<string> Split(IEnumerable<string> pieces, int cap = 100)
    {
        var lines = new List<string>();
        var splitter = new LineSplitter(cap, line => lines.Add(Encoding.UTF8.GetString(line)));
        foreach (var piece in pieces)
        {
            splitter.Feed(Encoding.UTF8.GetBytes(piece));
        }

        splitter.Complete();
        return lines;
    }
}
