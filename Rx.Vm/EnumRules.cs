namespace Rx.Vm;

/// <summary>
/// A number can be cast to any enum, and programs that read options from text do so without noticing. Every option that is one of a few
/// words is checked before anything is done with it.
/// </summary>
internal static class EnumRules
{
    /// <summary>Throws, naming the field, for a value that has no name.</summary>
    /// <exception cref="RxVmException">It has none.</exception>
    public static void Check<T>(string field, T value)
        where T : struct, Enum
    {
        if (Complaint(value) is { } complaint)
        {
            throw new RxVmException($"{field}: {complaint}");
        }
    }

    /// <summary>What is wrong with it, or null.</summary>
    public static string? Complaint<T>(T value)
        where T : struct, Enum =>
        Enum.IsDefined(value) ? null : $"{value} is none of {string.Join(", ", Enum.GetNames<T>())}";
}
