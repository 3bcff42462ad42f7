using System.Text;
using Rx.Vm.Native;
using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Tests.Qemu.Processes;

public sealed class LastWordsTests
{
    [Fact]
    public void Words_Nothing_said_is_empty()
    {
        using var words = LastWords.Create();

        Assert.Equal("", words.Read());
    }

    [Fact]
    public void Words_The_last_4_KiB_are_told()
    {
        using var words = LastWords.Create();
        RandomAccess.Write(words.File, Encoding.ASCII.GetBytes(new string('a', 5000) + "end"), 0);

        var text = words.Read();

        Assert.Equal(4096, text.Length);
        Assert.EndsWith("aend", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void Words_That_may_not_be_the_last_ones_say_so(int left, bool isFull)
    {
        using var words = LastWords.Create();
        RandomAccess.Write(words.File, Encoding.ASCII.GetBytes(new string('a', LastWords.Capacity - left)), 0);

        Assert.Equal(isFull, words.Read().EndsWith("is lost)", StringComparison.Ordinal));
    }

    [Fact]
    public void Words_What_does_not_fit_is_refused_by_the_kernel()
    {
        using var words = LastWords.Create();
        RandomAccess.Write(words.File, new byte[LastWords.Capacity], 0);

        Assert.ThrowsAny<Exception>(() => RandomAccess.Write(words.File, "x"u8, LastWords.Capacity));
        Assert.ThrowsAny<Exception>(() => RandomAccess.SetLength(words.File, 0));
        Assert.Equal(LastWords.Capacity, RandomAccess.GetLength(words.File));
    }

    [Theory]
    [InlineData("plain\ttext\n", "plain text")]
    [InlineData("a\u001b[2Jb\r\nc", "a\uFFFD[2Jb\nc")]
    [InlineData("x\u202ey\u2028z\u009b", "x\uFFFDy\uFFFDz\uFFFD")]
    [InlineData("grün 漢 🙂", "grün 漢 🙂")]
    public void Words_Nothing_steers_a_terminal(string said, string expected) =>
        Assert.Equal(expected, LastWords.Clean(Encoding.UTF8.GetBytes(said)));

    [Fact]
    public void Words_Broken_utf8_is_replaced() => Assert.Equal("a\uFFFD\uFFFDb", LastWords.Clean([(byte)'a', 0xff, 0xc3, (byte)'b']));

    [Fact]
    public void Words_Of_a_process_are_found_again_whatever_the_kernel_seals_beside_and_nobody_can_execute_them()
    {
        Assert.SkipUnless(Environment.OSVersion.Version >= new Version(6, 3), "Linux before 6.3 knows no other");
        using var words = LastWords.Create();
        using var root = Libc.open("/", Libc.OpenDirectory | Libc.OpenCloseOnExec);
        using var process = ProcessHandle.OfChild(Spawn.Start(new SpawnRequest
        {
            Program = "/bin/sleep", Arguments = ["1000"], WorkingDirectory = root, Output = words.File,
        }));

        using var found = LastWords.Of(process.Identity.Pid);

        process.KillAndReap();
        Assert.NotNull(found);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(words.File) & UnixFileMode.UserExecute);
    }

    [Fact]
    public void Words_Of_a_process_whose_stderr_is_something_else_are_unknown()
    {
        using var words = LastWords.Of(Environment.ProcessId);

        Assert.Null(words);
    }
}
