namespace Rx.Vm;

/// <summary>What becomes of a machine when the process of its host ends without disposing the host: a return from <c>Main</c>, a signal
/// (SIGKILL too), a crash.</summary>
public enum WhenProcessDies
{
    /// <summary>The kernel ends the machine with the process. Nothing of it runs on; its guest gets no chance to shut down.</summary>
    Kill,

    /// <summary>The machine runs on, for a later host to attach to. Until one does, <c>rxvm doctor</c> lists it and <c>rxvm gc --kept</c>
    /// ends it.</summary>
    Keep,
}
