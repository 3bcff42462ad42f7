using System.Runtime.InteropServices;

namespace Rx.Vm.Init.Native;

/// <summary>Numbers of the Linux interface, x86-64 where architectures differ.</summary>
internal static class Abi
{
    public const int Enoent = 2, Eintr = 4, Eio = 5, Eagain = 11, Eacces = 13, Ebusy = 16, Eexist = 17, Einval = 22, Epipe = 32;

    public const int ReadOnly = 0, WriteOnly = 1, ReadWrite = 2, NoControllingTty = 0x100, NonBlocking = 0x800, Directory = 0x10000,
        NoFollow = 0x20000, CloseOnExec = 0x80000, PathOnly = 0x200000;

    public const int SetDescriptorFlags = 2, GetStatusFlags = 3, SetStatusFlags = 4, DuplicateCloseOnExec = 1030, GetPipeSize = 1032, DescriptorCloseOnExec = 1;

    public const int MountReadOnly = 1, MountNoSuid = 2, MountNoDev = 4, MountNoExec = 8, MountBind = 4096, MountMove = 8192,
        MountRecursive = 16384, MountPrivate = 1 << 18;

    public const int UnmountDetach = 2;

    public const int NewMounts = 0x20000, NewUts = 0x4000000, NewIpc = 0x8000000, NewPids = 0x20000000, OwnFs = 0x200;

    public const uint EpollIn = 1, EpollOut = 4, EpollErr = 8, EpollHup = 0x10, EpollEdge = 1u << 31;

    public const int EpollAdd = 1, EpollDelete = 2;

    public const nuint SetControllingTty = 0x540e, SetWindowSize = 0x5414, GetTermios = 0x5401, UnlockPty = 0x40045431,
        OpenPtyPeer = 0x5441, GetPtyNumber = 0x80045430,
        GetInterfaceFlags = 0x8913, SetInterfaceFlags = 0x8914;

    public const int SigKill = 9, SigPipe = 13, SigTerm = 15, SigChild = 17, SetMask = 2;

    public const int WaitNoHang = 1;

    public const int PowerOff = 0x4321fedc, DisableCtrlAltDelete = 0;

    public const int SpawnSetSid = 0x80;

    public const int LimitOpenFiles = 7;

    public const nint SysSetUid = 105, SysSetGid = 106, SysSetGroups = 116, SysPrctl = 157, SysGetDents64 = 217, SysFinitModule = 313,
        SysPidfdSendSignal = 424, SysPidfdOpen = 434;

    public const nint PrctlSetDumpable = 4;

    public const int UnixDomain = 1, InetDomain = 2, NetlinkDomain = 16, Datagram = 2, SequencedPackets = 5, SocketNonBlocking = 0x800,
        SocketCloseOnExec = 0x80000, NetlinkUevents = 15, SocketLevel = 1, PassDescriptors = 1, NoSignal = 0x4000,
        ReceiveCloseOnExec = 0x40000000;

    public const uint CharacterDevice = 0x2000;
}

/// <summary>struct epoll_event, which x86-64 packs.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct EpollEvent
{
    public uint Events;
    public long Token;
}

/// <summary>struct timespec.</summary>
internal struct TimeSpec
{
    public long Seconds;
    public long Nanoseconds;
}

/// <summary>struct iovec.</summary>
internal unsafe struct IoVector
{
    public byte* Base;
    public nint Length;
}

/// <summary>struct msghdr.</summary>
internal unsafe struct MessageHeader
{
    public void* Name;
    public uint NameLength;
    public IoVector* Vectors;
    public nint VectorCount;
    public void* Control;
    public nint ControlLength;
    public int Flags;
}
