namespace Rx.Vm.Guest.Wire;

/// <summary>The bounds of the guest protocol, in bytes unless said otherwise. Both sides judge against the same numbers.</summary>
internal static class WireLimits
{
    /// <summary>Largest control frame from the guest, header included.</summary>
    public const int ControlFrameToHost = 16 << 20;

    /// <summary>Largest control frame to the guest, header included.</summary>
    public const int ControlFrameToGuest = 1 << 20;

    /// <summary>Control bytes the host may have sent without credit for them.</summary>
    public const int ControlWindow = 512;

    /// <summary>Largest payload of a tty frame to the guest: a 2015 guest reads into 4096 bytes.</summary>
    public const int TtyPayloadToGuest = 4096 - TtyFrame.HeaderSize;

    /// <summary>Largest payload of a tty frame from the guest.</summary>
    public const int TtyPayloadToHost = 65536 - TtyFrame.HeaderSize;

    /// <summary>Largest text of an ERROR reply that is kept.</summary>
    public const int ErrorText = 4096;

    /// <summary>Largest READY payload that is parsed.</summary>
    public const int ReadyPayload = 64 << 10;

    /// <summary>Most exit codes taken from one FINISHPOD.</summary>
    public const int ExitCodes = 1024;

    /// <summary>What a frame buffer may take whatever was received: the floor of the memory bound.</summary>
    public const int BufferFloor = 4096;

    /// <summary>The largest frame buffer that is kept for the next frame: one full tty frame.</summary>
    public const int BufferKept = 64 << 10;
}
