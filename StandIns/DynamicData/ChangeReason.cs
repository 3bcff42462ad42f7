namespace DynamicData;

/// <summary>What happened to an item of a keyed collection.</summary>
public enum ChangeReason
{
    /// <summary>The key was not there before.</summary>
    Add = 0,

    /// <summary>Another item took the place of the one under this key.</summary>
    Update = 1,

    /// <summary>The key is gone.</summary>
    Remove = 2,

    /// <summary>The same item should be looked at again, because something inside it changed.</summary>
    Refresh = 3,

    /// <summary>The item changed its place in a sorted collection.</summary>
    Moved = 4,
}
