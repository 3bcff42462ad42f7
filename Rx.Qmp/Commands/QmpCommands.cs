using System.Text.Json;

namespace Rx.Qmp;

/// <summary>Builders of commands whose reply stays JSON. Typed ones, of every command, are in <see cref="Protocol"/>.</summary>
public static class QmpCommands
{
    private static readonly QmpCommand CapabilitiesCommand = QmpCommand.Create("qmp_capabilities");
    private static readonly QmpCommand QueryStatusCommand = QmpCommand.Create("query-status");
    private static readonly QmpCommand QueryNameCommand = QmpCommand.Create("query-name");
    private static readonly QmpCommand QueryUuidCommand = QmpCommand.Create("query-uuid");
    private static readonly QmpCommand QueryBlockCommand = QmpCommand.Create("query-block");
    private static readonly QmpCommand QueryPciCommand = QmpCommand.Create("query-pci");
    private static readonly QmpCommand QuitCommand = QmpCommand.Create("quit");
    private static readonly QmpCommand StopCommand = QmpCommand.Create("stop");
    private static readonly QmpCommand ContCommand = QmpCommand.Create("cont");
    private static readonly QmpCommand SystemPowerdownCommand = QmpCommand.Create("system_powerdown");

    /// <summary>Ends negotiation. The client sends it itself, once.</summary>
    /// <returns>The command.</returns>
    public static QmpCommand Capabilities() => CapabilitiesCommand;

    /// <summary>Asks whether the machine runs; for a typed reply use <see cref="Protocol.QueryStatus"/>.</summary>
    /// <returns>The command.</returns>
    public static QmpCommand QueryStatus() => QueryStatusCommand;

    /// <summary>Asks for the machine's name; for a typed reply use <see cref="Protocol.QueryName"/>.</summary>
    /// <returns>The command.</returns>
    public static QmpCommand QueryName() => QueryNameCommand;

    /// <summary>Asks for the machine's UUID; for a typed reply use <see cref="Protocol.QueryUuid"/>.</summary>
    /// <returns>The command.</returns>
    public static QmpCommand QueryUuid() => QueryUuidCommand;

    /// <summary>Asks for the block devices.</summary>
    /// <returns>The command.</returns>
    public static QmpCommand QueryBlock() => QueryBlockCommand;

    /// <summary>Asks for the PCI buses and what is on them.</summary>
    /// <returns>The command.</returns>
    public static QmpCommand QueryPci() => QueryPciCommand;

    /// <summary>Ends QEMU at once, without asking the guest. <see cref="QmpClient.QuitAsync"/> also handles the hanging up that
    /// follows.</summary>
    /// <returns>The command.</returns>
    public static QmpCommand Quit() => QuitCommand;

    /// <summary>Pauses the guest; the STOP event precedes the reply.</summary>
    /// <returns>The command.</returns>
    public static QmpCommand Stop() => StopCommand;

    /// <summary>Resumes the guest; the RESUME event precedes the reply.</summary>
    /// <returns>The command.</returns>
    public static QmpCommand Cont() => ContCommand;

    /// <summary>Presses the power button. The reply only says so; the guest may ignore it.</summary>
    /// <returns>The command.</returns>
    public static QmpCommand SystemPowerdown() => SystemPowerdownCommand;

    /// <summary>Opens a file as a block node.</summary>
    /// <param name="nodeName">The node's name.</param>
    /// <param name="format">The image format: raw, qcow2, …</param>
    /// <param name="fileName">The file; any character is safe in it.</param>
    /// <param name="readOnly">True: never written.</param>
    /// <returns>The command.</returns>
    public static QmpCommand BlockdevAddFile(string nodeName, string format, string fileName, bool readOnly) =>
        BlockdevAdd(nodeName, format, writer =>
        {
            writer.WriteBoolean("read-only"u8, readOnly);
            writer.WriteStartObject("file"u8);
            writer.WriteString("driver"u8, "file");
            writer.WriteString("filename"u8, fileName);
            writer.WriteEndObject();
        });

    /// <summary>Makes a block node.</summary>
    /// <param name="nodeName">The node's name.</param>
    /// <param name="driver">The block driver.</param>
    /// <param name="writeOptions">Writes the driver's options, if any.</param>
    /// <returns>The command.</returns>
    public static QmpCommand BlockdevAdd(string nodeName, string driver, Action<Utf8JsonWriter>? writeOptions = null) =>
        Named("blockdev-add", "driver", driver, "node-name", QmpId.Check(nodeName, nameof(nodeName)), writeOptions);

    /// <summary>Removes a block node; refused while a device uses it, so wait for the device's removal first (H50).</summary>
    /// <param name="nodeName">The node's name.</param>
    /// <returns>The command.</returns>
    public static QmpCommand BlockdevDel(string nodeName) => One("blockdev-del", "node-name", nodeName, nameof(nodeName));

    /// <summary>Plugs in a device.</summary>
    /// <param name="driver">The device model.</param>
    /// <param name="id">The device's id.</param>
    /// <param name="writeProperties">Writes its properties (bus, drive, serial, …), if any.</param>
    /// <returns>The command.</returns>
    public static QmpCommand DeviceAdd(string driver, string id, Action<Utf8JsonWriter>? writeProperties = null) =>
        Named("device_add", "driver", driver, "id", QmpId.Check(id, nameof(id)), writeProperties);

    /// <summary>Asks the guest to let go of a device. The reply only says that it was asked: see
    /// <see cref="QmpDeviceRemoval.DeviceRemoveAsync"/>.</summary>
    /// <param name="id">The device's id.</param>
    /// <returns>The command.</returns>
    public static QmpCommand DeviceDel(string id) => One("device_del", "id", id, nameof(id));

    /// <summary>Makes a network back end.</summary>
    /// <param name="type">Its type: user, tap, stream, …</param>
    /// <param name="id">Its id.</param>
    /// <param name="writeOptions">Writes its options, if any.</param>
    /// <returns>The command.</returns>
    public static QmpCommand NetdevAdd(string type, string id, Action<Utf8JsonWriter>? writeOptions = null) =>
        Named("netdev_add", "type", type, "id", QmpId.Check(id, nameof(id)), writeOptions);

    /// <summary>Removes a network back end.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>The command.</returns>
    public static QmpCommand NetdevDel(string id) => One("netdev_del", "id", id, nameof(id));

    /// <summary>Makes an object: memory back end, secret, throttle group, …</summary>
    /// <param name="type">Its QOM type.</param>
    /// <param name="id">Its id.</param>
    /// <param name="writeProperties">Writes its properties, if any.</param>
    /// <returns>The command.</returns>
    public static QmpCommand ObjectAdd(string type, string id, Action<Utf8JsonWriter>? writeProperties = null) =>
        Named("object-add", "qom-type", type, "id", QmpId.Check(id, nameof(id)), writeProperties);

    /// <summary>Removes an object.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>The command.</returns>
    public static QmpCommand ObjectDel(string id) => One("object-del", "id", id, nameof(id));

    /// <summary>Makes a character back end.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="type">Its type: socket, file, ringbuf, null, …</param>
    /// <param name="writeData">Writes the members of the type's data object, if any.</param>
    /// <returns>The command.</returns>
    public static QmpCommand ChardevAdd(string id, string type, Action<Utf8JsonWriter>? writeData = null)
    {
        QmpId.Check(id, nameof(id));
        ArgumentException.ThrowIfNullOrEmpty(type);
        return QmpCommand.Create("chardev-add", writer =>
        {
            writer.WriteString("id"u8, id);
            writer.WriteStartObject("backend"u8);
            writer.WriteString("type"u8, type);
            writer.WriteStartObject("data"u8);
            writeData?.Invoke(writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }

    private static QmpCommand One(string command, string member, string id, string parameter)
    {
        QmpId.Check(id, parameter);
        return QmpCommand.Create(command, writer => writer.WriteString(member, id));
    }

    private static QmpCommand Named(
        string command, string kindMember, string kind, string idMember, string id, Action<Utf8JsonWriter>? writeRest)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        return QmpCommand.Create(command, writer =>
        {
            writer.WriteString(kindMember, kind);
            writer.WriteString(idMember, id);
            writeRest?.Invoke(writer);
        });
    }
}
