using Rx.Vm.Cli.Native;

namespace Rx.Vm.Cli.Streams;

/// <summary>The program's own words on standard output and standard error.</summary>
internal static class StandardText
{
    /// <summary>Results: tables, paths, help.</summary>
    public static CleanWriter Output { get; } = new(new DescriptorOutput(1), byLine: false);

    /// <summary>Complaints and progress.</summary>
    public static CleanWriter Error { get; } = new(new DescriptorOutput(2), byLine: true);

    /// <summary>Whether complaints that nobody has taken so far are not worth waiting for any longer.</summary>
    public static bool IsGivenUp { get; set; }

    /// <summary>
    /// Writes what is left, and judges whether the results arrived. Complaints that nobody takes are waited for as any program does, but
    /// for those of a run: it has done that itself.
    /// </summary>
    /// <param name="exitCode">The exit code if they did.</param>
    public static int Finish(int exitCode)
    {
        Output.Flush();
        Error.Flush();
        if (!IsGivenUp)
        {
            Error.Written.Wait();
        }

        if (Output.Fault is 0 or Posix.BrokenPipe)
        {
            return Output.Fault == 0 || exitCode != 0 ? exitCode : ExitCodes.OutputClosed;
        }

        Complaint.Write(Error, $"standard output: {Posix.Describe(Output.Fault)}");
        return exitCode == 0 ? ExitCodes.Failed : exitCode;
    }
}
