namespace Rx.Vm.Tests.Cli;

/// <summary>A pod spec in a file of its own, gone with the test.</summary>
internal sealed class SpecFile : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("rxvm-spec-").FullName;

    public SpecFile(string json)
    {
        Path = In("pod.json");
        File.WriteAllText(Path, json);
    }

    public string Path { get; }

    public string In(string name) => System.IO.Path.Combine(_directory, name);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    public static SpecFile Shell(string script, string more = "") =>
        new($$"""{"containers":[{"image":"busybox","command":["sh","-c",{{System.Text.Json.JsonSerializer.Serialize(script)}}]{{more}}}]}""");
}
