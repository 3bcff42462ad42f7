namespace Rx.Qmp.Testing;

/// <summary>How a fake server puts its own messages on the wire. What it is told to send as it is, it sends as it is.</summary>
public enum FakeQmpStyle
{
    /// <summary>One message a line, as QEMU writes them.</summary>
    Compact,

    /// <summary>Each message over many lines, as QEMU writes them with pretty=on.</summary>
    Pretty,

    /// <summary>Objects that touch: nothing between one message and the next, which the protocol allows.</summary>
    NoNewlines,
}
