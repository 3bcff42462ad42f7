using System.Collections.Immutable;
using Rx.Vm.Devices;
using Rx.Vm.Fold;
using Rx.Vm.Machines;
using Rx.Vm.Pods;
using Rx.Vm.Pods.Folds;

namespace Rx.Vm.Tests.Fold.Search;

/// <summary>What a composed search is about: how many of what, and what may be asked for.</summary>
internal sealed record World
{
    private static readonly ContainerSpec Spec = new() { Image = "image", Command = ["run"] };
    private static readonly DeviceSpec Disk = new(DeviceClass.Disk, "image");
    private static readonly Payload.Process Process = new(["ls"], new ExecOptions());

    public required string Name { get; init; }

    /// <summary>The containers of a pod, and the most there may be with those that are added.</summary>
    public int Containers { get; init; } = 1;

    public int MostContainers { get; init; } = 1;

    public int DevicesEach { get; init; } = 1;

    public int PodDevices { get; init; }

    public int MostSessions { get; init; }

    public int MostRequests { get; init; } = 1;

    public bool AllAtOnce { get; init; }

    public RestartPolicy Policy { get; init; }

    public RequestKind[] Requests { get; init; } = [RequestKind.RunPod, RequestKind.StopPod, RequestKind.Shutdown, RequestKind.Kill];

    public Payload.Pod Pod => new(
        [.. Enumerable.Range(0, Containers).Select(_ => new ContainerPlan(Spec, Disks(DevicesEach), Policy))], Disks(PodDevices));

    /// <summary>All that can happen in <paramref name="s"/>: ends of what is under way, facts where there is somebody to see them, requests, faults.</summary>
    public void Events(State s, List<Event> into)
    {
        into.Clear();
        foreach (var op in s.Ops)
        {
            into.Add(Event.Ended(op));
            if (!((OpSet)op.Kind - OpSet.Deadlines).IsEmpty)
            {
                into.Add(Event.Ended(op, 1));
            }

            if (op.Kind == OpKind.Launch)
            {
                into.Add(Event.Saw(s.Machine.Queued ? FactKind.Admitted : FactKind.Queued, op.Id));
            }
            else if (op.Kind == OpKind.Attend)
            {
                Facts(s, op.Id, into);
            }
        }

        into.Add(Event.Broke(FaultKind.FoldFaulted));
        if (s.Requests.Length < MostRequests)
        {
            Ask(s, into);
        }
    }

    private void Facts(State s, long attend, List<Event> into)
    {
        foreach (var fact in (ReadOnlySpan<FactKind>)[FactKind.QmpConnected, FactKind.QmpFailed, FactKind.QmpLost, FactKind.PowerOff, FactKind.GuestLost,
            FactKind.Silent, FactKind.Speaking])
        {
            into.Add(Event.Saw(fact, attend));
        }

        into.Add(Event.Saw(FactKind.GuestReady, attend, operand: AllAtOnce ? 1 : 0));
        foreach (var container in s.Containers)
        {
            into.Add(Event.Saw(FactKind.ContainerExited, attend, container.Id));
            into.Add(Event.Saw(FactKind.ContainerExited, attend, container.Id, operand: 1));
        }

        foreach (var session in s.Sessions)
        {
            into.Add(Event.Saw(FactKind.SessionExited, attend, session.Id));
        }
    }

    private void Ask(State s, List<Event> into)
    {
        var token = s.NextOp;
        foreach (var kind in Requests)
        {
            switch (kind)
            {
                case RequestKind.RunPod:
                    into.Add(Event.Request(kind, token, arguments: Pod));
                    break;
                case RequestKind.AddContainer:
                    if (s.Containers.Length < MostContainers)
                    {
                        into.Add(Event.Request(kind, token, arguments: new Payload.Container(Pod.Containers[0])));
                    }

                    break;
                case RequestKind.RemoveContainer or RequestKind.RestartContainer:
                    foreach (var container in s.Containers)
                    {
                        into.Add(Event.Request(kind, token, container.Id));
                    }

                    break;
                case RequestKind.Exec:
                    foreach (var container in s.Containers)
                    {
                        if (s.Sessions.Length < MostSessions)
                        {
                            into.Add(Event.Request(kind, token, container.Id, Process));
                        }
                    }

                    break;
                case RequestKind.Call:
                    foreach (var container in s.Containers)
                    {
                        into.Add(Event.Request(kind, token, container.Id));
                    }

                    break;
                default:
                    into.Add(Event.Request(kind, token));
                    break;
            }
        }
    }

    private static ImmutableArray<DeviceSpec> Disks(int count) => [.. Enumerable.Repeat(Disk, count)];
}
