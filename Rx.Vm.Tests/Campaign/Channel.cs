using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Campaign;

/// <summary>Where a message comes from; what breaks there, breaks for all that would come after it.</summary>
internal enum Channel : byte
{
    /// <summary>A caller's request.</summary>
    Caller,

    /// <summary>The process: started, failed, exited.</summary>
    Process,

    /// <summary>The monitor, devices included.</summary>
    Monitor,

    /// <summary>The guest's control channel.</summary>
    Guest,

    /// <summary>The runtime on the host.</summary>
    Host,
}

/// <summary>Which message belongs where.</summary>
internal static class Channels
{
    /// <summary>The channel that <paramref name="kind"/> comes in by.</summary>
    public static Channel Of(K kind) => kind switch
    {
        <= K.CallRequested => Channel.Caller,
        <= K.ProcessExited => Channel.Process,
        <= K.QmpShutdownSeen => Channel.Monitor,
        <= K.PodFinished => Channel.Guest,
        <= K.DeviceRemoveFailed => Channel.Monitor,
        _ => Channel.Host,
    };
}
