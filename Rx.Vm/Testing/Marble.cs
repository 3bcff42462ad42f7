namespace Rx.Vm.Testing;

/// <summary>Runs marble tests in virtual time.</summary>
/// <example>
/// <code>
/// Marble.Run(m =>
/// {
///     var phases = m.Hot&lt;VmPhase&gt;("[Booting] 2s [Running]---[Gone]|");
///     m.Expect(phases.TakeUntil(p => p == VmPhase.Running)).ToBe("[Booting] 2s ([Running]|)");
///     m.ExpectSubscriptions(phases).ToBe("^ 2s !");
/// });
/// </code>
/// </example>
public static class Marble
{
    /// <summary>
    /// Calls <paramref name="body"/>, runs all that is scheduled, then judges the expectations in the order in which they were made.
    /// </summary>
    /// <param name="body">Makes sources and expectations; may advance time itself.</param>
    /// <param name="options">Frame and limits; null for the defaults.</param>
    /// <exception cref="MarbleException">
    /// An expectation failed or has no matcher, nothing was expected at all, work was left at the limit, or time passed the cap.
    /// </exception>
    /// <remarks>What the body, or work it scheduled, throws leaves unchanged.</remarks>
    public static void Run(Action<MarbleRun> body, MarbleOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        Run(
            m =>
            {
                body(m);
                return Task.CompletedTask;
            },
            options);
    }

    /// <summary>
    /// The same for a body that awaits. Virtual time goes on while the body waits, and stands still while it runs. Returns when all is
    /// judged, not a task: one that nobody awaits would be a test that cannot fail.
    /// </summary>
    /// <param name="body">As above. Its continuations run on the calling thread, one at a time.</param>
    /// <param name="options">Frame and limits; null for the defaults.</param>
    /// <exception cref="MarbleException">As above; or the body waits for something that never comes.</exception>
    /// <remarks>Code that leaves the calling thread, as with <c>ConfigureAwait(false)</c>, is beyond the reach of virtual time.</remarks>
    public static void Run(Func<MarbleRun, Task> body, MarbleOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        var before = SynchronizationContext.Current;
        using var run = new MarbleRun(options ?? MarbleOptions.Default);
        try
        {
            run.Execute(body);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }
}
