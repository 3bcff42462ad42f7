namespace Rx.Vm.Guest.Wire;

/// <summary>What led to the end of a process.</summary>
[Flags]
internal enum ProcessEndFlags : uint
{
    /// <summary>Nothing in particular.</summary>
    None = 0,
    /// <summary>The kernel killed it, or a process it had started, because memory had run out.</summary>
    OutOfMemory = 1,
    /// <summary>Its <c>timeout</c> was over.</summary>
    TimedOut = 2,
    /// <summary>All of them.</summary>
    All = OutOfMemory | TimedOut,
}
