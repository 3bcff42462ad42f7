namespace Rx.Vm.Tests.Campaign;

/// <summary>What a life is meant to be: how its pod ends, when nothing goes wrong.</summary>
internal enum Course : byte
{
    /// <summary>The caller stops the pod, keeps the machine for a while, and shuts it down.</summary>
    Stopped,

    /// <summary>The pod ends by itself, and its machine with it.</summary>
    Finished,

    /// <summary>The pod ends by itself; the machine is kept, and shut down later.</summary>
    Kept,
}
