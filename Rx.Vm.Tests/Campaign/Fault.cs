using System.Globalization;

namespace Rx.Vm.Tests.Campaign;

/// <summary>One thing that goes wrong in a life.</summary>
/// <param name="Position">At which delivery, counted from 0: whatever the life has come to, its message number so and so.</param>
/// <param name="Kind">What goes wrong.</param>
internal readonly record struct Fault(int Position, FaultKind Kind)
{
    public override string ToString() => $"{Kind}@{Position}";

    /// <summary>Reads what <see cref="ToString"/> wrote, several separated by commas.</summary>
    public static List<Fault> ParseList(string text) => [.. text
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(part => part.Split('@') is [var kind, var position]
            && Enum.TryParse<FaultKind>(kind, out var known) && Enum.IsDefined(known)
            && int.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
                ? new Fault(at, known)
                : throw new FormatException($"'{part}' is not a fault such as Drop@6"))];
}
