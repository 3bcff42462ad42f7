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
        Containers = [.. plan.Streams.Select((streams, i) => new Container(plan.NameOf(i), plan.HasTerminal(i), streams, () => ExitAsync(i)))];
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

    // What the end of the pod says of one container.
    private async Task<ProcessExit?> ExitAsync(int index) =>
        (await Completion.ConfigureAwait(false)).ExitCodes is { Count: > 0 } codes ? new ProcessExit(codes[index]) : null;
}

/// <summary>A container of a started pod.</summary>
/// <param name="Name">Its name.</param>
/// <param name="HasTerminal">Whether its first process has a terminal.</param>
/// <param name="Streams">The streams of its first process.</param>
public sealed record Container(string Name, bool HasTerminal, ProcessStreams Streams)
{
    private readonly Func<Task<ProcessExit?>>? _pod;

    internal Container(string name, bool hasTerminal, ProcessStreams streams, Func<Task<ProcessExit?>> pod)
        : this(name, hasTerminal, streams) => _pod = pod;

    /// <summary>
    /// Completes as soon as its first process has ended, while others of the pod may run on and whatever of its output is still on its way (a
    /// guest that does not tell: with the pod); null when that was lost with the machine. Never fails.
    /// </summary>
    public Task<ProcessExit?> Exit => ExitAsync();

    private async Task<ProcessExit?> ExitAsync()
    {
        if (Streams.TellsEnd && await Streams.Exit.ConfigureAwait(false) is { } exit)
        {
            return exit;
        }

        return _pod is null ? null : await _pod().ConfigureAwait(false);
    }
}
