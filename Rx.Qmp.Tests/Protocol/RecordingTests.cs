using System.Text;
using Rx.Qmp.Generator;
using Rx.Qmp.Generator.Model;

namespace Rx.Qmp.Tests.Protocol;

/// <summary>Asking a QEMU about itself when it is none, or in a bad way. Scripts stand in for it.</summary>
[Slow]
public class RecordingTests : IDisposable
{
    private const string Greeting = """{"QMP":{"version":{"qemu":{"major":9,"minor":1,"micro":2},"package":""},"capabilities":[]}}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rx-recording-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact(Timeout = 60_000)]
    public async Task What_it_says_is_kept_an_entry_per_line()
    {
        var kept = await Ask(
            $$$"""
            echo '{{{Greeting}}}'
            head -c 30 > /dev/null
            echo '{"return":{}}'
            echo '{"event":"STOP"}'
            head -c 30 > /dev/null
            printf '{"return":[{"name":"stop","meta-type":"command","arg-type":"0","ret-type":"0"},'
            printf '{"name":"0","meta-type":"object","members":[]}]}\n'
            """,
            TimeSpan.FromSeconds(50),
            TestContext.Current.CancellationToken);
        Assert.Equal(5, Encoding.UTF8.GetString(kept).TrimEnd('\n').Split('\n').Length);
        var document = SchemaDocument.Parse(kept);
        Assert.Equal("9.1.2", document.Version);
        Assert.Equal("stop", Assert.Single(document.Commands).Name);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("exec sleep 1000")]
    [InlineData("sleep 1000 & wait")]
    [InlineData($"echo '{Greeting}'; exec sleep 1000")]
    [InlineData("while :; do echo '{}'; done")]
    public async Task One_that_hangs_is_given_up_when_the_time_is_over(string script)
    {
        var fault = await Assert.ThrowsAsync<InvalidDataException>(
            () => Ask(script, TimeSpan.FromMilliseconds(500), TestContext.Current.CancellationToken));
        Assert.EndsWith("did not answer within 0.5 s.", fault.Message, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData($"echo '{Greeting}'; exit 0", "QEMU ended before it answered.")]
    [InlineData("exit 1", "QEMU ended before it answered.")]
    [InlineData("""echo '{"error":{"class":"GenericError","desc":"no"}}'""", """QEMU refused: {"class":"GenericError","desc":"no"}""")]
    [InlineData("tr '\\0' x < /dev/zero", "QEMU's answer is too long.")]
    public async Task One_that_does_not_answer_is_an_error_in_words(string script, string words) =>
        Assert.Equal(
            words,
            (await Assert.ThrowsAsync<InvalidDataException>(() => Ask(script, TimeSpan.FromSeconds(50), TestContext.Current.CancellationToken))).Message);

    private async Task<byte[]> Ask(string script, TimeSpan limit, CancellationToken stop)
    {
        var path = Path.Combine(_folder.FullName, "qemu");
        await File.WriteAllTextAsync(path, "#!/bin/sh\n" + script + "\n", stop);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
#pragma warning disable RS0030 // What is asked is a process.
        return await Recording.AskAsync(path, limit, TimeProvider.System, stop);
#pragma warning restore RS0030
    }
}
