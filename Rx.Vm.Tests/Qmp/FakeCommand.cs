using System.Text;
using System.Text.Json;

namespace Rx.Vm.Tests.Qmp;

/// <summary>A command as the fake server received it, byte for byte and read.</summary>
internal sealed record FakeCommand(string Raw, string Name, JsonElement Arguments, string? Id)
{
    public static FakeCommand Read(ReadOnlySpan<byte> frame)
    {
        var reader = new Utf8JsonReader(frame);
        var root = JsonElement.ParseValue(ref reader);
        return new FakeCommand(
            Encoding.UTF8.GetString(frame),
            root.GetProperty("execute").GetString()!,
            root.TryGetProperty("arguments", out var arguments) ? arguments : default,
            root.TryGetProperty("id", out var id) ? id.GetRawText() : null);
    }

    /// <summary>A successful reply to this command.</summary>
    public string Return(string value = "{}") => $$$"""{"return": {{{value}}}, "id": {{{Id}}}}""" + "\r\n";

    /// <summary>An error reply to this command.</summary>
    public string Error(string errorClass, string description) =>
        $$$"""{"id": {{{Id}}}, "error": {"class": "{{{errorClass}}}", "desc": "{{{description}}}"}}""" + "\r\n";
}
