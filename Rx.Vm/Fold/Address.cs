namespace Rx.Vm.Fold;

/// <summary>The levels of the tree.</summary>
internal enum Level : byte
{
    /// <summary>The machine itself.</summary>
    Machine,

    /// <summary>Its pod.</summary>
    Pod,

    /// <summary>A container of the pod.</summary>
    Container,

    /// <summary>A device of the pod or of a container.</summary>
    Device,

    /// <summary>A further process in a container.</summary>
    Session,

    /// <summary>A request without an answer.</summary>
    Request,
}

/// <summary>A node of the tree.</summary>
/// <param name="Level">Of what sort.</param>
/// <param name="Id">Its id; a request's is its token, machine and pod have 0.</param>
internal readonly record struct Address(Level Level, long Id = 0);
