using System.CommandLine;
using Rx.Vm.Images;

namespace Rx.Vm.Cli.Commands;

/// <summary>One line on stderr and exit code 1 for what the image store refuses.</summary>
internal static class StoreFailures
{
    private const int Failed = 1;

    public static int Report(ParseResult parsed, Action work)
    {
        try
        {
            work();
            return 0;
        }
        catch (ImageException error)
        {
            Complaint.Write(parsed.InvocationConfiguration.Error, error.Message);
            return Failed;
        }
    }

    public static async Task<int> ReportAsync(ParseResult parsed, Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
            return 0;
        }
        catch (ImageException error)
        {
            Complaint.Write(parsed.InvocationConfiguration.Error, error.Message);
            return Failed;
        }
    }
}
