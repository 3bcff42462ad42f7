using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Rx.Vm.Qemu;

/// <summary>
/// Plugs disks into a running machine and out of it. A slot is one of the machine's PCI bridge, where firmware-driven hot-plug works: 16
/// slots at hardly any boot time, reused freely. Disks are virtio-blk; the guest finds one by its serial, in <c>/sys/block/vd*/serial</c>,
/// and never by its name or position. Taking one out needs the guest's consent, so it needs a deadline.
/// </summary>
public static class DiskHotplug
{
    /// <summary>How many slots a machine can have, numbered from 0.</summary>
    public const int Slots = 16;

    /// <summary>The longest serial, in characters: what virtio-blk can carry.</summary>
    public const int MaxSerial = 20;

    /// <summary>The commands that plug a raw image or block device in.</summary>
    /// <param name="slot">A free slot, 0 to 15.</param>
    /// <param name="path">The absolute path of the image. Never part of an option: commas, colons and <c>json:</c> are just text in
    /// it.</param>
    /// <param name="serial">1 to 20 characters of the alphabet of ids; how the guest knows the disk.</param>
    /// <param name="readOnly">Enforced by QEMU on the image and shown to the guest as a write-protected disk.</param>
    /// <param name="blockDevice">Whether the path names a block device, not a file; never guessed from the path.</param>
    /// <param name="file">
    /// The image, open: for a machine that runs as another user and may not reach the path. To be closed once the steps are done: the
    /// machine has its own.
    /// </param>
    public static ImmutableArray<HotplugStep> Add(
        int slot, string path, string serial, bool readOnly, bool blockDevice = false, SafeHandle? file = null)
    {
        CheckSlot(slot);
        CheckSerial(serial);
        if (!Path.IsPathFullyQualified(path) || path.Contains('\0'))
        {
            throw new ArgumentException("the path of a disk must be absolute and hold no NUL", nameof(path));
        }

        var node = Node(slot);
        var block = new JsonObject
        {
            ["driver"] = "raw",
            ["node-name"] = node,
            ["read-only"] = readOnly,
            ["file"] = new JsonObject { ["driver"] = blockDevice ? "host_device" : "file", ["filename"] = file is null ? path : $"/dev/fdset/{slot}" },
        };
        var device = new JsonObject
        {
            ["driver"] = "virtio-blk-pci", ["id"] = Device(slot), ["bus"] = "h", ["addr"] = Address(slot),
            ["drive"] = node, ["serial"] = serial, ["disable-legacy"] = "on",
        };
        HotplugStep[] plug =
        [
            new("blockdev-add", block.ToJsonString()) { Undo = DeleteNode(slot) },
            new("device_add", device.ToJsonString()) { Undo = DeleteDevice(slot) },
        ];
        if (file is null)
        {
            return [.. plug];
        }

        // The disk holds a copy of the descriptor by then; the set goes with it.
        var forget = new HotplugStep("remove-fd", FdSet(slot));
        return [new HotplugStep("add-fd", FdSet(slot)) { File = file, Undo = forget }, .. plug, forget];
    }

    /// <summary>The commands that take a disk out: the guest lets go first, only then the image is closed.</summary>
    /// <param name="slot">The slot given to <see cref="Add"/>.</param>
    public static ImmutableArray<HotplugStep> Remove(int slot)
    {
        CheckSlot(slot);
        return [DeleteDevice(slot), DeleteNode(slot)];
    }

    /// <summary>The device id QEMU knows the disk of a slot by, as <c>DEVICE_DELETED</c> and <c>BLOCK_IO_ERROR</c> name it.</summary>
    public static string Device(int slot) => $"d{slot.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The block node name of a slot's image.</summary>
    public static string Node(int slot) => $"b{slot.ToString(CultureInfo.InvariantCulture)}";

    // Slot 0 of the bridge stays free; QEMU reads the number as hexadecimal. Network cards follow at 17.
    private static string Address(int slot) => (slot + 1).ToString("x", CultureInfo.InvariantCulture);

    private static string FdSet(int slot) => new JsonObject { ["fdset-id"] = slot }.ToJsonString();

    private static HotplugStep DeleteDevice(int slot) =>
        new("device_del", new JsonObject { ["id"] = Device(slot) }.ToJsonString()) { AwaitDeleted = Device(slot) };

    private static HotplugStep DeleteNode(int slot) => new("blockdev-del", new JsonObject { ["node-name"] = Node(slot) }.ToJsonString());

    private static void CheckSlot(int slot) => ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)slot, (uint)Slots, nameof(slot));

    private static void CheckSerial(string serial)
    {
        if (serial.Length is 0 or > MaxSerial || !serial.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-'))
        {
            throw new ArgumentException($"a disk serial is 1 to {MaxSerial} of A-Z a-z 0-9 _ . -", nameof(serial));
        }
    }
}
