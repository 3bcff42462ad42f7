using System.Collections.Immutable;
using Rx.Vm.Effects;
using Rx.Vm.Guest;
using Rx.Vm.Pods;

namespace Rx.Vm;

/// <summary>A pod that was started: its containers with their streams, and how it ends.</summary>
public sealed class Pod
{
    private readonly PodPlan _plan;

    internal Pod(PodPlan plan)
    {
        _plan = plan;
        Containers = [.. plan.Streams.Select((streams, i) => new Container(plan.NameOf(i), plan.HasTerminal(i), streams))];
    }

    /// <summary>The pod's id.</summary>
    public string Id => _plan.PodId;

    /// <summary>Its containers, in order.</summary>
    public ImmutableArray<Container> Containers { get; }

    /// <summary>
    /// Completes once when the pod has ended: by itself, by a stop, or with its machine; never fails. The last output may still be on its
    /// way then: read the streams to their ends.
    /// </summary>
    public Task<PodResult> Completion => _plan.Ended.Task;
}

/// <summary>A container of a started pod.</summary>
/// <param name="Name">Its name.</param>
/// <param name="HasTerminal">Whether its first process has a terminal.</param>
/// <param name="Streams">The streams of its first process.</param>
public sealed record Container(string Name, bool HasTerminal, ProcessStreams Streams);
