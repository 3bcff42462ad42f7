using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Rx.Vm.Qemu;

/// <summary>
/// Plugs network cards into a running machine and out of it. A slot is one of the machine's PCI bridge, where firmware-driven hot-plug
/// works; cards are virtio-net and are found by their MAC address in the guest.
/// </summary>
public static class NicHotplug
{
    /// <summary>How many slots a machine can have, numbered from 0.</summary>
    public const int Slots = 8;

    /// <summary>The commands that plug a card in.</summary>
    /// <param name="slot">A free slot, 0 to 7.</param>
    /// <param name="mac">The card's MAC address, six hexadecimal pairs with colons.</param>
    /// <param name="backend">
    /// The arguments of <c>netdev_add</c> without <c>id</c>, for example <c>{"type":"user","restrict":true}</c>; a tap's descriptor is
    /// sent with
    /// <c>getfd</c> before.
    /// </param>
    public static ImmutableArray<HotplugStep> Add(int slot, string mac, JsonObject backend)
    {
        CheckSlot(slot);
        if (mac.Length != 17 || mac.Where((c, i) => i % 3 == 2 ? c != ':' : !char.IsAsciiHexDigit(c)).Any())
        {
            throw new ArgumentException("a MAC address is six hexadecimal pairs with colons", nameof(mac));
        }

        var netdev = (JsonObject)backend.DeepClone();
        netdev["id"] = Netdev(slot);
        var device = new JsonObject
        {
            ["driver"] = "virtio-net-pci", ["id"] = Device(slot), ["bus"] = "h", ["addr"] = Address(slot),
            ["netdev"] = Netdev(slot), ["mac"] = mac, ["disable-legacy"] = "on", ["romfile"] = "",
        };
        return
        [
            new HotplugStep("netdev_add", netdev.ToJsonString()) { Undo = DeleteNetdev(slot) },
            new HotplugStep("device_add", device.ToJsonString()) { Undo = DeleteDevice(slot) },
        ];
    }

    /// <summary>
    /// The commands that take a card out: the guest lets go first, only then the backend is closed, and only then its address is free.
    /// </summary>
    /// <param name="slot">The slot given to <see cref="Add"/>.</param>
    public static ImmutableArray<HotplugStep> Remove(int slot)
    {
        CheckSlot(slot);
        return [DeleteDevice(slot), DeleteNetdev(slot)];
    }

    /// <summary>The device id QEMU knows the card of a slot by.</summary>
    public static string Device(int slot) => $"e{Number(slot)}";

    private static string Netdev(int slot) => $"w{Number(slot)}";

    private static HotplugStep DeleteDevice(int slot) =>
        new("device_del", new JsonObject { ["id"] = Device(slot) }.ToJsonString()) { AwaitDeleted = Device(slot) };

    private static HotplugStep DeleteNetdev(int slot) => new("netdev_del", new JsonObject { ["id"] = Netdev(slot) }.ToJsonString());

    // Behind the disks on the same bridge.
    private static string Address(int slot) => (DiskHotplug.Slots + 1 + slot).ToString("x", CultureInfo.InvariantCulture);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static void CheckSlot(int slot) => ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)slot, (uint)Slots, nameof(slot));
}
