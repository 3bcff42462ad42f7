using System.Text;

namespace Rx.Vm.Testing;

/// <summary>One thing that a simulated program does.</summary>
public sealed class SimulatedStep
{
    private SimulatedStep(StepKind kind, ReadOnlyMemory<byte> bytes = default, TimeSpan time = default, int code = 0)
    {
        Kind = kind;
        Bytes = bytes;
        Time = time;
        Code = code;
    }

    internal enum StepKind : byte
    {
        Print,
        PrintError,
        Sleep,
        Read,
        Exit,
    }

    internal StepKind Kind { get; }

    internal ReadOnlyMemory<byte> Bytes { get; }

    internal TimeSpan Time { get; }

    internal int Code { get; }

    /// <summary>
    /// Reads standard input: waits until there is some, or its end, then hands it out as <see cref="SimulatedCall.Input"/>.
    /// </summary>
    public static SimulatedStep Read { get; } = new(StepKind.Read);

    /// <summary>Writes text to standard output, in UTF-8; done when the host has taken it.</summary>
    public static SimulatedStep Print(string text) => new(StepKind.Print, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes bytes to standard output; done when the host has taken them.</summary>
    public static SimulatedStep Print(ReadOnlyMemory<byte> bytes) => new(StepKind.Print, bytes);

    /// <summary>Writes text to standard error, in UTF-8; done when the host has taken it.</summary>
    public static SimulatedStep PrintError(string text) => new(StepKind.PrintError, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes bytes to standard error; done when the host has taken them.</summary>
    public static SimulatedStep PrintError(ReadOnlyMemory<byte> bytes) => new(StepKind.PrintError, bytes);

    /// <summary>Does nothing for a while. A trapped signal ends it early.</summary>
    public static SimulatedStep Sleep(TimeSpan time) => new(StepKind.Sleep, time: time);

    /// <summary>Ends the program.</summary>
    /// <param name="code">Its exit code, 0 to 255.</param>
    public static SimulatedStep Exit(int code) => new(StepKind.Exit, code: code & 0xFF);
}
