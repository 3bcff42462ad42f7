using System.Runtime.CompilerServices;

namespace Rx.Vm.Testing;

/// <summary>
/// What an asynchronous body of <see cref="Marble.Run(Func{MarbleRun, MarbleTask}, MarbleOptions?)"/> returns; the compiler makes it of an
/// <c>async</c> lambda. In it, every <c>await</c> goes on between pieces of scheduled work, whatever completed the task.
/// </summary>
[AsyncMethodBuilder(typeof(MarbleTaskBuilder))]
public readonly struct MarbleTask
{
    internal MarbleTask(Task task) => Task = task;

    internal Task Task { get; }

    /// <summary>Lets a body be split into methods.</summary>
    public TaskAwaiter GetAwaiter() => Task.GetAwaiter();
}
