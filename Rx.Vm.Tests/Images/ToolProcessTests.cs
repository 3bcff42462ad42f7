using System.Diagnostics;

namespace Rx.Vm.Tests.Images;

/// <summary>
/// The programs that images are made by have no tie to this process but their input, which ends with it however it ends. That has to do.
/// </summary>
[Slow]
public sealed class ToolProcessTests : IDisposable
{
    private readonly StoreFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory(Timeout = 60_000)]
    [InlineData("sqfstar")]
    [InlineData("gzip")]
    [InlineData("xz")]
    [InlineData("zstd")]
    [InlineData("bzip2")]
    public async Task A_tool_ends_when_whoever_feeds_it_dies_in_the_middle(string tool)
    {
        var tar = _fixture.Tar();
        var half = _fixture.Files["half"];
        var squeeze = tool == "sqfstar" ? "cat" : tool;
        var target = tool == "sqfstar" ? $"sqfstar -quiet -no-progress {_fixture.Files["image"]}" : $"{tool} -dc";
        var script = $"{squeeze} < {tar} > {half}; size=$(stat -c %s {half}); head -c $((size / 2)) {half} | {target}; echo $? > {_fixture.Files["ended"]}";

        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await Task.WhenAll(
            shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken),
            shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.NotEqual("0", File.ReadAllText(_fixture.Files["ended"]).Trim());
    }
}
