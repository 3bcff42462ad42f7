using Rx.Vm.Cli.Native;

namespace Rx.Vm.Cli.Streams;

/// <summary>The program's own words on standard output and standard error.</summary>
internal static class StandardText
{
    /// <summary>Results: tables, paths, help.</summary>
    public static CleanWriter Output { get; } = new(new DescriptorOutput(1), byLine: false);

    /// <summary>Complaints and progress.</summary>
    public static CleanWriter Error { get; } = new(new DescriptorOutput(2), byLine: true);

    /// <summary>Writes what is left, and judges whether the results arrived.</summary>
    /// <param name="exitCode">The exit code if they did.</param>
    public static int Finish(int exitCode)
    {
        Output.Flush();
        Error.Flush();
        if (Output.Fault is 0 or Posix.BrokenPipe)
        {
            return Output.Fault == 0 || exitCode != 0 ? exitCode : ExitCodes.OutputClosed;
        }

        Complaint.Write(Error, $"standard output: {Posix.Describe(Output.Fault)}");
        return exitCode == 0 ? ExitCodes.Failed : exitCode;
    }
}
