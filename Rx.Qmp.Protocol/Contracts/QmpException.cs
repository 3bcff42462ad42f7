namespace Rx.Qmp;

/// <summary>Everything this client throws about a server or a connection, cancellation excepted.</summary>
public abstract class QmpException : Exception
{
    private protected QmpException(string message, string? command = null, QmpError? error = null, Exception? inner = null)
        : base(message, inner)
    {
        Command = command;
        Error = error;
    }

    /// <summary>The command that failed, or null where the trouble belongs to none.</summary>
    public string? Command { get; }

    /// <summary>The error the server stated, or null where it stated none.</summary>
    public QmpError? Error { get; }

    /// <summary>The class of <see cref="Error"/>, or null.</summary>
    public string? ErrorClass => Error?.Class;

    /// <summary>The description of <see cref="Error"/>, or null.</summary>
    public string? Description => Error?.Description;
}
