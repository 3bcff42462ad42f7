namespace Rx.Vm.Qemu;

/// <summary>How a machine's process ended.</summary>
/// <param name="Kind">Which of the next two counts.</param>
/// <param name="Code">The exit code when <paramref name="Kind"/> is <see cref="MachineExitKind.Exited"/>, else 0.</param>
/// <param name="Signal">The signal's number when <paramref name="Kind"/> is <see cref="MachineExitKind.Signalled"/>, else 0.</param>
/// <param name="LastWords">The last 4 KiB of what it wrote to stdout and stderr, control characters replaced; empty when it said
/// nothing. Only the first 64 KiB are kept: of a process that wrote more it is the end of these, with a line that says so.</param>
public sealed record MachineExit(MachineExitKind Kind, int Code, int Signal, string LastWords)
{
    /// <summary>An exit that was seen but whose status the kernel would not tell: never invented.</summary>
    /// <param name="lastWords">What the process said last.</param>
    public static MachineExit Unknown(string lastWords = "") => new(MachineExitKind.Unknown, 0, 0, lastWords);

    /// <summary>An exit with a code.</summary>
    /// <param name="code">0 to 255.</param>
    /// <param name="lastWords">What the process said last.</param>
    public static MachineExit WithCode(int code, string lastWords = "") => new(MachineExitKind.Exited, code, 0, lastWords);

    /// <summary>An end by a signal.</summary>
    /// <param name="signal">1 to 64.</param>
    /// <param name="lastWords">What the process said last.</param>
    public static MachineExit BySignal(int signal, string lastWords = "") => new(MachineExitKind.Signalled, 0, signal, lastWords);

    /// <summary>The end without the last words: <c>exit code 1</c>, <c>signal 9</c> or <c>exit status unknown</c>.</summary>
    public string Summary => Kind switch
    {
        MachineExitKind.Exited => $"exit code {Code}",
        MachineExitKind.Signalled => $"signal {Signal}",
        MachineExitKind.Unknown => "exit status unknown",
    };
}
