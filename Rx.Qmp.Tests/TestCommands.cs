using System.Text.Json;

namespace Rx.Qmp.Tests;

/// <summary>Commands written out by hand, as an application does that knows a member which the types do not.</summary>
internal static class TestCommands
{
    public static QmpCommand AddImage(string node, string path, bool readOnly) => QmpCommand.Create("blockdev-add", writer =>
    {
        writer.WriteString("driver", "raw");
        writer.WriteString("node-name", node);
        writer.WriteBoolean("read-only", readOnly);
        writer.WriteStartObject("file");
        writer.WriteString("driver", "file");
        writer.WriteString("filename", path);
        writer.WriteEndObject();
    });

    public static QmpCommand AddDevice(string driver, string id, params (string Name, string Value)[] properties) =>
        QmpCommand.Create("device_add", writer => Write(writer, [("driver", driver), ("id", id), .. properties]));

    private static void Write(Utf8JsonWriter writer, (string Name, string Value)[] members)
    {
        foreach (var (name, value) in members)
        {
            writer.WriteString(name, value);
        }
    }
}
