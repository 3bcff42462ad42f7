namespace Rx.Vm.Testing;

/// <summary>
/// A program of a simulated guest, as a C# iterator: what it yields is what it does, and it goes on when that was done. It ends with
/// <see cref="SimulatedStep.Exit"/>, or with exit code 0 behind its last step; an exception ends it with 134 and is written to its standard
/// error. Between two steps no time passes: a program that loops must sleep or read.
/// </summary>
/// <example>
/// A server that greets and works until it is asked to stop:
/// <code>
/// static IEnumerable&lt;SimulatedStep&gt; Server(SimulatedCall call)
/// {
///     call.Trap(15);
///     yield return SimulatedStep.Print("listening\n");
///     while (call.Signal != 15)
///     {
///         yield return SimulatedStep.Sleep(TimeSpan.FromSeconds(1));
///     }
///
///     yield return SimulatedStep.Exit(0);
/// }
/// </code>
/// </example>
/// <param name="call">How it was called, and what it has read.</param>
/// <returns>Its steps; enumerated once, on one thread at a time.</returns>
public delegate IEnumerable<SimulatedStep> SimulatedProgram(SimulatedCall call);
