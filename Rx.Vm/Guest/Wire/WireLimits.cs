namespace Rx.Vm.Guest.Wire;

/// <summary>The bounds of the guest protocol, in bytes unless said otherwise. Both sides judge against the same numbers.</summary>
internal static class WireLimits
{
    /// <summary>Largest control frame from the guest, header included.</summary>
    public const int ControlFrameToHost = 16 << 20;

    /// <summary>Largest control frame to the guest, header included.</summary>
    public const int ControlFrameToGuest = 1 << 20;

    /// <summary>Control bytes the host may have sent without credit for them. A guest of any age counts on no more.</summary>
    public const int ControlWindow = 512;

    /// <summary>The same for a guest with the feature <c>wide</c>: a pod of a megabyte takes a few round trips, not two thousand.</summary>
    public const int WideControlWindow = 64 << 10;

    /// <summary>Largest payload of a tty frame to the guest: a 2015 guest reads into 4096 bytes.</summary>
    public const int TtyPayloadToGuest = 4096 - TtyFrame.HeaderSize;

    /// <summary>The same for a guest with the feature <c>wide</c>: a frame is as much as a pipe holds.</summary>
    public const int WideTtyPayloadToGuest = 65536 - TtyFrame.HeaderSize;

    /// <summary>What a 2015 guest is given at once: it drops stdin beyond a small buffer.</summary>
    public const int OldInput = 32;

    /// <summary>Largest payload of a tty frame from the guest.</summary>
    public const int TtyPayloadToHost = 65536 - TtyFrame.HeaderSize;

    /// <summary>Largest text of an ERROR reply that is kept.</summary>
    public const int ErrorText = 4096;

    /// <summary>Largest READY payload that is parsed.</summary>
    public const int ReadyPayload = 64 << 10;

    /// <summary>Most exit codes taken from one FINISHPOD.</summary>
    public const int ExitCodes = 1024;

    /// <summary>Longest life of a process in a PROCESSEND, in milliseconds: a thousand years.</summary>
    public const long ProcessMilliseconds = 1000L * 366 * 86_400 * 1000;

    /// <summary>What a frame buffer may take whatever was received: the floor of the memory bound.</summary>
    public const int BufferFloor = 4096;

    /// <summary>The largest frame buffer that is kept for the next frame: one full tty frame.</summary>
    public const int BufferKept = 64 << 10;
}
