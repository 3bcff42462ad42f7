namespace Rx.Vm.Tests.Endings;

/// <summary>How the process of a host ends without disposing it. A signal's value is its number.</summary>
public enum Ending
{
    /// <summary>By a return from <c>Main</c>.</summary>
    Return = 0,

    Hangup = 1,
    Interrupt = 2,
    Quit = 3,
    Kill = 9,
    Terminate = 15,

    /// <summary>By a failure it does not survive.</summary>
    Crash = 100,
}
