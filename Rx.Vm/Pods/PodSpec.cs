using System.Collections.Immutable;
using Rx.Values;

namespace Rx.Vm.Pods;

/// <summary>What to run in one machine: a group of containers that share hostname, network and IPC.</summary>
public sealed record PodSpec
{
    private readonly MapField<ImmutableSortedDictionary<string, string>, string, string> _labels = new(ImmutableSortedDictionary<string, string>.Empty);
    private readonly ListField<ContainerSpec> _containers;

    /// <summary>The most containers of one pod: each needs a device slot.</summary>
    public const int MaxContainers = Devices.DeviceSet.Capacity;

    /// <summary>The pod's id, or null to have one made.</summary>
    public string? Id { get; init; }

    /// <summary>The guest's hostname, a DNS label of at most 63 characters; null takes it from the id.</summary>
    public string? Hostname { get; init; }

    /// <summary>Whether containers that do not say so themselves get a terminal.</summary>
    public bool Tty { get; init; }

    /// <summary>
    /// Free labels, shown in <see cref="Lifecycle.VmState.Labels"/> and with it in the fleet: at most 64 and 16 KiB together, without control
    /// characters.
    /// </summary>
    public ImmutableSortedDictionary<string, string> Labels { get => _labels.Map!; init => _labels = new(value); }

    /// <summary>The least size of its machine, where the spec asks for one.</summary>
    public PodResources Resources { get; init; } = new();

    /// <summary>The containers, in order of start; at least one.</summary>
    public required ImmutableArray<ContainerSpec> Containers { get => _containers; init => _containers = value; }

    /// <summary>Reads and validates a pod spec in JSON.</summary>
    /// <param name="json">The text, at most 1 MiB.</param>
    /// <exception cref="PodSpecException">
    /// The text is not JSON, has an unknown, unsupported or repeated field, or breaks a rule; the field is named.
    /// </exception>
    public static PodSpec Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Checked(PodSpecReader.Read(json));
    }

    /// <summary>Reads and validates a pod spec in JSON, as it is in a file.</summary>
    /// <param name="utf8Json">The text in UTF-8, with or without a byte order mark, at most 1 MiB.</param>
    /// <exception cref="PodSpecException">As for a string, or the bytes are not UTF-8.</exception>
    public static PodSpec Parse(ReadOnlyMemory<byte> utf8Json) => Checked(PodSpecReader.Read(utf8Json));

    /// <summary>
    /// Applies every rule that does not need the host: ids, counts, names, characters, and the limits of the kernel for arguments and
    /// environment. All texts together must fit into the one command of 1 MiB that starts the pod.
    /// </summary>
    /// <exception cref="PodSpecException">A rule is broken, or something is null or default; the field is named.</exception>
    public void Validate() => PodRules.Check(this);

    private static PodSpec Checked(PodSpec spec)
    {
        PodRules.Check(spec);
        return spec;
    }
}
