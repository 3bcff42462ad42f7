namespace Rx.Qmp;

/// <summary>The version the server greeted with.</summary>
/// <param name="Major">First number.</param>
/// <param name="Minor">Second number.</param>
/// <param name="Micro">Third number.</param>
public readonly record struct QmpVersion(int Major, int Minor, int Micro) : IComparable<QmpVersion>
{
    /// <inheritdoc/>
    public int CompareTo(QmpVersion other) => (Major, Minor, Micro).CompareTo((other.Major, other.Minor, other.Micro));

    /// <inheritdoc/>
    public override string ToString() => $"{Major}.{Minor}.{Micro}";
}
