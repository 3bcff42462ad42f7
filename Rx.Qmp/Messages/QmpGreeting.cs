using System.Text.Json;

namespace Rx.Qmp;

/// <summary>What the server says first.</summary>
/// <param name="Version">QEMU's version; zeroes where the server left it out.</param>
/// <param name="Package">The packager's version text, often empty.</param>
/// <param name="Capabilities">Capabilities on offer, unknown ones included.</param>
public sealed record QmpGreeting(QmpVersion Version, string Package, QmpList<string> Capabilities)
{
    /// <summary>Reads the value of the QMP member, leniently: a part of an unexpected shape counts as absent.</summary>
    internal static QmpGreeting Read(ReadOnlySpan<byte> json, int maxDepth)
    {
        var body = LenientJson.Parse(json, maxDepth);
        var version = body.Member("version");
        var qemu = version.Member("qemu");
        var offered = body.Member("capabilities");
        return new QmpGreeting(
            new QmpVersion(qemu.Member("major").AsInt32(), qemu.Member("minor").AsInt32(), qemu.Member("micro").AsInt32()),
            version.Member("package").AsText() ?? string.Empty,
            offered.ValueKind == JsonValueKind.Array
                ? [.. offered.EnumerateArray().Select(item => item.AsText()).OfType<string>()]
                : []);
    }
}
