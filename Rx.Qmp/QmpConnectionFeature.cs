namespace Rx.Qmp;

/// <summary>What a command may need of its connection.</summary>
public enum QmpConnectionFeature
{
    /// <summary>Execution out of band, which the server must offer and <see cref="QmpClientOptions.OutOfBand"/> allow.</summary>
    OutOfBand,

    /// <summary>Passing descriptors, which only unix sockets do.</summary>
    FileDescriptors,
}
