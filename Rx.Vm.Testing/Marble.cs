using System.Runtime.CompilerServices;

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
    [OverloadResolutionPriority(-2)]
    public static void Run(Action<MarbleRun> body, MarbleOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        Run(
            m =>
            {
                body(m);
                return new MarbleTask(Task.CompletedTask);
            },
            options);
    }

    /// <summary>
    /// The same for an <c>async</c> lambda. Virtual time goes on while the body waits, and stands still while it runs. Returns when all
    /// is judged, not a task: one that nobody awaits would be a test that cannot fail.
    /// </summary>
    /// <param name="body">As above. It goes on between pieces of work, on the calling thread, whatever completed what it awaits.</param>
    /// <param name="options">Frame and limits; null for the defaults.</param>
    /// <exception cref="MarbleException">As above; or the body waits for something that never comes.</exception>
    /// <remarks>
    /// Awaits in the code under test go on at once, inside the work that completed what they wait for, unless that code insists on
    /// another thread (<c>Task.Run</c>, <c>RunContinuationsAsynchronously</c>): then virtual time does not wait for it.
    /// </remarks>
    public static void Run(Func<MarbleRun, MarbleTask> body, MarbleOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        using var run = new MarbleRun(options ?? MarbleOptions.Default);
        run.Execute(body);
    }

    /// <summary>
    /// The same for a method that returns a task; so that one passed in is awaited. Its own awaits go on like those of the code under
    /// test, where time cannot be advanced: declare it <c>async MarbleTask</c> for that.
    /// </summary>
    /// <param name="body">As above.</param>
    /// <param name="options">Frame and limits; null for the defaults.</param>
    /// <exception cref="MarbleException">As above.</exception>
    [OverloadResolutionPriority(-1)]
    public static void Run(Func<MarbleRun, Task> body, MarbleOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        Run(async m => await body(m), options);
    }
}
