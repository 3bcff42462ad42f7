namespace DynamicData.Kernel;

/// <summary>How far a stream has come.</summary>
public enum ConnectionStatus
{
    /// <summary>Nothing has arrived.</summary>
    Pending = 0,

    /// <summary>Something has arrived.</summary>
    Loaded = 1,

    /// <summary>It failed.</summary>
    Errored = 2,

    /// <summary>It ended.</summary>
    Completed = 3,
}
