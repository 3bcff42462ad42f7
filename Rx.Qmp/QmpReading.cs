namespace Rx.Qmp;

/// <summary>How a client waits for bytes.</summary>
public enum QmpReading
{
    /// <summary>Asynchronously: an idle connection costs no thread. For many connections, and for any kind of stream.</summary>
    Async,

    /// <summary>On a thread of its own that blocks in the kernel: a reply comes sooner, and a caller of
    /// <see cref="QmpClient.Execute(QmpCommand, CancellationToken)"/> reads it itself. For sockets without TLS; any other stream is
    /// read asynchronously.</summary>
    Blocking,
}
