using System.Collections.Immutable;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Pods.Folds;

namespace Rx.Vm.Fold;

/// <summary>What an event brings along and an answer gives back. No decision looks into it.</summary>
internal abstract record Payload
{
    private Payload()
    {
    }

    /// <summary>
    /// What goes along for whoever carries the operation out: open streams, the caller's object. No decision and no journal sees it; of a
    /// state that was read back there is none.
    /// </summary>
    public object? Live { get; init; }

    /// <summary>The cause in the words of who reported it, bounded and free of control characters.</summary>
    public sealed record Words(string Text) : Payload;

    /// <summary>How a process has ended.</summary>
    public sealed record Exit(ExitStatus Status) : Payload;

    /// <summary>What was leased on the host for a device.</summary>
    public sealed record Leased(Lease Lease) : Payload;

    /// <summary>What the guest answered.</summary>
    public sealed record Reply(ReadOnlyMemory<byte> Body) : Payload;

    /// <summary>The pod to run.</summary>
    public sealed record Pod(ImmutableArray<ContainerPlan> Containers, ImmutableArray<DeviceSpec> Devices) : Payload
    {
        /// <summary>The pod's id.</summary>
        public string Id { get; init; } = "";

        /// <summary>Its labels.</summary>
        public LabelSet Labels { get; init; }
    }

    /// <summary>The container to add.</summary>
    public sealed record Container(ContainerPlan Plan) : Payload;

    /// <summary>The process to run in a container.</summary>
    public sealed record Process(ImmutableArray<string> Command, ExecOptions Options) : Payload;

    /// <summary>What to ask the guest.</summary>
    public sealed record Question(string Name, ReadOnlyMemory<byte> Body) : Payload;
}

/// <summary>How a process has ended.</summary>
/// <param name="Code">The exit code; 128 and the signal where a signal ended it.</param>
/// <param name="Signal">The signal, or 0.</param>
/// <param name="OutOfMemory">Whether it was ended because its memory ran out.</param>
internal readonly record struct ExitStatus(int Code, int Signal = 0, bool OutOfMemory = false)
{
    /// <summary>Of a process whose end nobody reported.</summary>
    public static ExitStatus Unknown => new(255);
}

/// <summary>What the host has set aside for a device.</summary>
/// <param name="Id">As the lender knows it.</param>
internal sealed record Lease(string Id);

/// <summary>A device to attach.</summary>
/// <param name="Class">Of what sort.</param>
/// <param name="Source">What is behind it on the host: an image, a network.</param>
/// <param name="ReadOnly">Whether the guest may not write to it.</param>
internal sealed record DeviceSpec(DeviceClass Class, string Source, bool ReadOnly = true);

/// <summary>The sorts of devices.</summary>
internal enum DeviceClass : byte
{
    /// <summary>A disk.</summary>
    Disk,

    /// <summary>A network interface.</summary>
    Nic,
}

/// <summary>A container to run, with the devices of its own.</summary>
/// <param name="Spec">What to run.</param>
/// <param name="Devices">What to attach before.</param>
/// <param name="Restart">What to do when it ends by itself.</param>
internal sealed record ContainerPlan(ContainerSpec Spec, ImmutableArray<DeviceSpec> Devices, RestartPolicy Restart = RestartPolicy.Never);
