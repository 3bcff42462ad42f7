using System.Text.Json;

namespace Rx.Vm.Testing.Simulation;

/// <summary>
/// The block nodes and devices of a simulated machine, with QEMU's rules about them. Every refusal is QEMU's class and words.
/// </summary>
internal sealed class DiskTable
{
    private readonly Dictionary<string, string> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Disk> _devices = new(StringComparer.Ordinal);

    /// <summary>The serials the guest can see.</summary>
    public IEnumerable<string> Serials => _devices.Values.Select(d => d.Serial);

    /// <summary>How many nodes and devices there are.</summary>
    public int Count => _nodes.Count + _devices.Count;

    /// <summary><c>blockdev-add</c>.</summary>
    public Refused? AddNode(JsonElement arguments)
    {
        var name = Text(arguments, "node-name");
        var file = arguments.TryGetProperty("file", out var inner) ? Text(inner, "filename") : "";
        return name.Length == 0 ? Refused.Generic("'node-name' must be specified for the root node")
            : file.Length == 0 ? Refused.Generic("Parameter 'filename' is missing")
            : _nodes.TryAdd(name, file) ? null
            : Refused.Generic($"Duplicate nodes with node-name='{name}'");
    }

    /// <summary><c>blockdev-del</c>.</summary>
    public Refused? RemoveNode(JsonElement arguments)
    {
        var name = Text(arguments, "node-name");
        return !_nodes.ContainsKey(name) ? Refused.Generic($"Failed to find node with node-name='{name}'")
            : _devices.Values.Any(d => d.Node == name) ? Refused.Generic($"Node {name} is in use")
            : _nodes.Remove(name) ? null
            : throw new InvalidOperationException();
    }

    /// <summary><c>device_add</c>.</summary>
    public Refused? AddDevice(JsonElement arguments)
    {
        var id = Text(arguments, "id");
        var drive = Text(arguments, "drive");
        return id.Length == 0 || _devices.ContainsKey(id) ? Refused.Generic($"Duplicate device ID '{id}'")
            : drive.Length > 0 && !_nodes.ContainsKey(drive)
                ? Refused.Generic($"Property '{Text(arguments, "driver")}.drive' can't find value '{drive}'")
            : drive.Length > 0 && _devices.Values.Any(d => d.Node == drive)
                ? Refused.Generic($"Drive '{drive}' is already in use by another block device")
            : _devices.TryAdd(id, new Disk(drive, Text(arguments, "serial"))) ? null
            : throw new InvalidOperationException();
    }

    /// <summary><c>device_del</c>: only asks; <see cref="Forget"/> is the end of the device.</summary>
    public Refused? RemoveDevice(JsonElement arguments)
    {
        var id = Text(arguments, "id");
        if (!_devices.TryGetValue(id, out var disk))
        {
            return new Refused("DeviceNotFound", $"Device '{id}' not found");
        }

        if (disk.IsLeaving)
        {
            return Refused.Generic($"Device {id} is already in the process of unplug");
        }

        _devices[id] = disk with { IsLeaving = true };
        return null;
    }

    /// <summary>The guest has let go of the device.</summary>
    public void Forget(string id) => _devices.Remove(id);

    /// <summary>The guest wants to keep the device; its removal may be asked for again.</summary>
    public void Keep(string id) => _devices[id] = _devices[id] with { IsLeaving = false };

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";

    private sealed record Disk(string Node, string Serial, bool IsLeaving = false);
}

/// <summary>An error reply of the monitor.</summary>
internal sealed record Refused(string Class, string Description)
{
    public static Refused Generic(string description) => new("GenericError", description);
}
