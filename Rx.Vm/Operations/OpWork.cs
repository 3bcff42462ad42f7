using System.Collections.Immutable;
using Rx.Vm.Fold;

namespace Rx.Vm.Operations;

/// <summary>
/// An operation at work: what is to be done, the state that wanted it, in which the target's node holds the arguments, and the token by
/// which it is given up.
/// </summary>
/// <param name="op">The operation.</param>
/// <param name="state">The state in which it began.</param>
/// <param name="cancelled">Cancelled when the state does not want it any more. A handler returns soon then; what it has left behind is the next's.</param>
/// <param name="tell">Takes what it sees.</param>
internal sealed class OpWork(Op op, State state, CancellationToken cancelled, Action<Event> tell)
{
    /// <summary>The operation.</summary>
    public Op Op => op;

    /// <summary>The state in which it began.</summary>
    public State State => state;

    /// <summary>Cancelled when the state does not want it any more.</summary>
    public CancellationToken Cancelled => cancelled;

    /// <summary>The target's id, for nodes that are counted.</summary>
    public int Target => (int)op.Target.Id;

    /// <summary>Tells what it has seen, under its own id.</summary>
    public void Saw(FactKind fact, int target = 0, int operand = 0, Payload? payload = null)
    {
        if (!cancelled.IsCancellationRequested)
        {
            tell(Event.Saw(fact, op.Id, target, operand, payload));
        }
    }

    /// <summary>The container that it is about, and its place among those of the pod.</summary>
    /// <exception cref="RxVmException">There is none such.</exception>
    public (ContainerNode Node, int Place) Container()
    {
        var place = IndexOf(state.Containers, static (node, id) => node.Id == id);
        return (state.Containers[place], place);
    }

    /// <summary>The device that it is about.</summary>
    /// <exception cref="RxVmException">There is none such.</exception>
    public DeviceNode Device() => state.Devices[IndexOf(state.Devices, static (node, id) => node.Id == id)];

    /// <summary>The session that it is about.</summary>
    /// <exception cref="RxVmException">There is none such.</exception>
    public SessionNode Session() => state.Sessions[IndexOf(state.Sessions, static (node, id) => node.Id == id)];

    /// <summary>The request that it is about.</summary>
    /// <exception cref="RxVmException">There is none such.</exception>
    public RequestNode Request() => state.Requests[IndexOf(state.Requests, static (node, id) => node.Token == id)];

    private int IndexOf<T>(ImmutableArray<T> nodes, Func<T, long, bool> matches)
    {
        for (var i = 0; i < nodes.Length; i++)
        {
            if (matches(nodes[i], op.Target.Id))
            {
                return i;
            }
        }

        throw new RxVmException($"{op.Kind}: {op.Target.Level} {op.Target.Id} is unknown");
    }
}
