namespace Rx.Qmp.Isolation;

/// <summary>Knows whether this thread is inside a call of a user's scheduler: what the scheduler runs then, it runs inline.</summary>
internal static class InlineCall
{
    [ThreadStatic]
    private static int _depth;

    /// <summary>True while this thread waits for a scheduler to take work.</summary>
    public static bool IsUnderWay => _depth > 0;

    /// <summary>Calls a scheduler.</summary>
    /// <exception cref="Exception">Whatever the scheduler throws.</exception>
    public static TResult Make<TCall, TResult>(TCall call, Func<TCall, TResult> schedule)
    {
        _depth++;
        try
        {
            return schedule(call);
        }
        finally
        {
            _depth--;
        }
    }
}
