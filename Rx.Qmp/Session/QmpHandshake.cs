namespace Rx.Qmp.Session;

/// <summary>The two ways to end negotiation.</summary>
internal static class QmpHandshake
{
    private const string Name = "qmp_capabilities";

    /// <summary>Nothing is enabled.</summary>
    public static QmpCommand Plain { get; } = QmpCommand.Create(Name);

    /// <summary>Commands may be executed out of band; refused by a server that does not offer that.</summary>
    public static QmpCommand OutOfBand { get; } = QmpCommand.Create(Name, writer =>
    {
        writer.WriteStartArray("enable"u8);
        writer.WriteStringValue("oob"u8);
        writer.WriteEndArray();
    });
}
