namespace Rx.Qmp.Session;

/// <summary>Why the window does not take a command.</summary>
internal enum WindowRefusal
{
    /// <summary>It does.</summary>
    None,

    /// <summary>The connection has ended.</summary>
    Closed,

    /// <summary>Too many wait already.</summary>
    Full,

    /// <summary>The server executes nothing out of band.</summary>
    NoOutOfBand,
}
