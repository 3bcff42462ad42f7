namespace Rx.Qmp.Isolation;

/// <summary>What an exception of foreign make says, even if saying it throws.</summary>
internal static class SafeText
{
    /// <summary>Its message, or its type where it has none that can be had.</summary>
    public static string Of(Exception fault)
    {
        try
        {
            return fault.Message is { Length: > 0 } message ? message : fault.GetType().Name;
        }
        catch (Exception worse) when (worse is not OutOfMemoryException)
        {
            return fault.GetType().Name;
        }
    }
}
