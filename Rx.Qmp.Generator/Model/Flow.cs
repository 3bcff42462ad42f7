namespace Rx.Qmp.Generator.Model;

/// <summary>Which way values of a type go.</summary>
[Flags]
internal enum Flow
{
    None,

    /// <summary>To QEMU, in the arguments of a command.</summary>
    Sent = 1,

    /// <summary>From QEMU, in a reply or an event.</summary>
    Received = 2,

    Both = Sent | Received,
}
