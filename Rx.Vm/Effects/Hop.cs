namespace Rx.Vm.Effects;

/// <summary>Leaves the caller's thread.</summary>
internal static class Hop
{
    /// <summary>
    /// Continues on the thread pool, whatever thread or synchronisation context this is; with <paramref name="inline"/>, for virtual time,
    /// right here.
    /// </summary>
    public static Task AwayAsync(bool inline) => inline ? Task.CompletedTask : YieldAsync();

    private static async Task YieldAsync() => await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
}
