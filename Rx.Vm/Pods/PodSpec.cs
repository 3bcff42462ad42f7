using System.Collections.Immutable;

namespace Rx.Vm.Pods;

/// <summary>What to run in one machine: a group of containers that share hostname, network and IPC (seed-behaviour §9.6).</summary>
public sealed record PodSpec
{
    /// <summary>The most containers of one pod: each needs a device slot.</summary>
    public const int MaxContainers = Devices.DeviceSet.Capacity;

    /// <summary>The pod's id, or null to have one made.</summary>
    public string? Id { get; init; }

    /// <summary>The guest's hostname, a DNS label of at most 63 characters; null takes it from the id.</summary>
    public string? Hostname { get; init; }

    /// <summary>Whether containers that do not say so themselves get a terminal.</summary>
    public bool Tty { get; init; }

    /// <summary>Free labels, shown in the fleet.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The machine's size, where the spec asks for one.</summary>
    public PodResources Resources { get; init; } = new();

    /// <summary>The containers, in order of start; at least one.</summary>
    public required ImmutableArray<ContainerSpec> Containers { get; init; }

    /// <summary>Reads and validates a pod spec in JSON.</summary>
    /// <param name="json">The text, at most 1 MiB.</param>
    /// <exception cref="PodSpecException">The text is not JSON, has an unknown or unsupported field, or breaks a rule; the field is named.</exception>
    public static PodSpec Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var spec = PodSpecReader.Read(json);
        PodRules.Validate(spec);
        return spec;
    }

    /// <summary>Applies every rule that does not need the host: ids, counts, names, characters.</summary>
    /// <exception cref="PodSpecException">A rule is broken; the field is named.</exception>
    public void Validate() => PodRules.Validate(this);
}
