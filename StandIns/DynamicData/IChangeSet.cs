namespace DynamicData;

/// <summary>The counts of a set of changes, whatever its types.</summary>
public interface IChangeSet
{
    /// <summary>Number of additions.</summary>
    int Adds { get; }

    /// <summary>Number of removals.</summary>
    int Removes { get; }

    /// <summary>Number of refreshes.</summary>
    int Refreshes { get; }

    /// <summary>Number of moves.</summary>
    int Moves { get; }

    /// <summary>Number of changes.</summary>
    int Count { get; }

    /// <summary>Number of changes there is room for without growing.</summary>
    int Capacity { get; set; }
}
