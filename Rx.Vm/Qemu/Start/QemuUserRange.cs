namespace Rx.Vm.Qemu;

/// <summary>Users, by number, that belong to nobody but the machines of this host. They need no entry in <c>/etc/passwd</c>.</summary>
/// <param name="First">The first; not 0.</param>
/// <param name="Count">How many; 0 for none.</param>
public sealed record QemuUserRange(uint First, int Count)
{
    /// <summary>
    /// 1,900,000,000 to 1,900,065,535, which no distribution gives out; in a user namespace without those, the last 1024 that it has.
    /// </summary>
    public static QemuUserRange Default { get; } = new(1_900_000_000, 65_536);

    /// <summary>No users: a root host's machines run as root.</summary>
    public static QemuUserRange None { get; } = new(1, 0);
}
