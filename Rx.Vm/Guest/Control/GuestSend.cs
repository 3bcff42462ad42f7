namespace Rx.Vm.Guest;

/// <summary>What became of a command handed to <see cref="GuestControl.Send"/>: queued, or why not. A refusal sent nothing.</summary>
internal enum GuestSend : byte
{
    /// <summary>
    /// In the queue; one <see cref="GuestAcked"/> or <see cref="GuestRefused"/> with its token follows, or <see cref="GuestLost"/>.
    /// </summary>
    Queued,

    /// <summary>The code is not one that the host sends.</summary>
    NotACommand,

    /// <summary>The guest did not announce the feature this command needs.</summary>
    Unsupported,

    /// <summary>The frame is larger than the guest takes: 1 MiB, or 10240 bytes for a 2015 guest.</summary>
    TooLarge,

    /// <summary>Too many commands, or too many bytes, wait for the guest.</summary>
    QueueFull,

    /// <summary>STOPPOD is unanswered: the guest may be told nothing until it is.</summary>
    StopUnanswered,

    /// <summary>
    /// STOPPOD only: the pod has ended already, which <see cref="PodFinished"/> told or is about to tell. A 2015 guest never answers it.
    /// </summary>
    PodEnded,

    /// <summary>DESTROYPOD was sent: the guest is on its way out.</summary>
    Destroying,

    /// <summary>The channel is gone.</summary>
    Lost,
}
