using System.Collections.Immutable;
using Rx.Vm.Devices;
using Rx.Vm.Machines;
using Rx.Vm.Pods;
using Rx.Vm.Pods.Folds;

namespace Rx.Vm.Fold;

/// <summary>
/// One machine and everything in it, between two events. Immutable; all arrays are sorted by id. A node is a core, on which alone decisions
/// rest, and facts beside it.
/// </summary>
internal sealed record State
{
    /// <summary>The machine.</summary>
    public MachineCore Machine { get; init; }

    /// <summary>Its pod, or none.</summary>
    public PodCore Pod { get; init; }

    /// <summary>What the pod that runs, or ran last, was asked to be; null before the first has begun.</summary>
    public Payload.Pod? Plan { get; init; }

    /// <summary>How that pod's containers ended, in their order; empty while they run, and when it was lost with the machine.</summary>
    public ImmutableArray<ExitStatus> Exits { get; init; } = [];

    /// <summary>What runs the machine, in the words of who launched it; null before.</summary>
    public string? Process { get; init; }

    /// <summary>The pod's containers.</summary>
    public ImmutableArray<ContainerNode> Containers { get; init; } = [];

    /// <summary>The devices of the pod and of its containers.</summary>
    public ImmutableArray<DeviceNode> Devices { get; init; } = [];

    /// <summary>The further processes in its containers.</summary>
    public ImmutableArray<SessionNode> Sessions { get; init; } = [];

    /// <summary>The requests without an answer.</summary>
    public ImmutableArray<RequestNode> Requests { get; init; } = [];

    /// <summary>What is under way, or to be.</summary>
    public ImmutableArray<Op> Ops { get; init; } = [];

    /// <summary>The id of the next operation; all there ever were are below.</summary>
    public long NextOp { get; init; } = 1;

    /// <summary>The id of the next container, device or session.</summary>
    public int NextNode { get; init; } = 1;

    /// <summary>What was said about the machine's reason when it was set.</summary>
    public Payload? Evidence { get; init; }

    /// <summary>The index in <see cref="Ops"/> of the operation with this id, or -1.</summary>
    public int FindOp(long id)
    {
        var (low, high) = (0, Ops.Length - 1);
        while (low <= high)
        {
            var middle = low + high >>> 1;
            var found = Ops[middle].Id;
            if (found == id)
            {
                return middle;
            }

            (low, high) = found < id ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }
}

/// <summary>A container.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Core">Its state.</param>
/// <param name="Spec">What it runs.</param>
/// <param name="Exit">How it has ended last, where that is known.</param>
internal readonly record struct ContainerNode(int Id, ContainerCore Core, ContainerSpec Spec, ExitStatus? Exit = null);

/// <summary>A device.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Owner">The container it belongs to; 0 for the pod.</param>
/// <param name="Core">Its state.</param>
/// <param name="Spec">What it is.</param>
/// <param name="Lease">What the host has set aside for it.</param>
internal readonly record struct DeviceNode(int Id, int Owner, DeviceCore Core, DeviceSpec Spec, Lease? Lease = null);

/// <summary>A further process in a container.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Container">The container it runs in.</param>
/// <param name="Core">Its state.</param>
/// <param name="Process">What it runs.</param>
internal readonly record struct SessionNode(int Id, int Container, SessionCore Core, Payload.Process Process);

/// <summary>A request without an answer.</summary>
/// <param name="Token">Its id, given by who asks.</param>
/// <param name="Target">The container or session it is about; else 0.</param>
/// <param name="Core">Its state.</param>
/// <param name="Within">How long it waits; zero for as long as it takes.</param>
/// <param name="Arguments">What it brought along.</param>
internal readonly record struct RequestNode(long Token, int Target, RequestCore Core, TimeSpan Within = default, Payload? Arguments = null);
