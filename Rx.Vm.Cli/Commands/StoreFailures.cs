using System.CommandLine;
using Rx.Vm.Images;

namespace Rx.Vm.Cli.Commands;

/// <summary>One line on stderr and exit code 1 for what the image store refuses and for what the file system does.</summary>
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
        catch (Exception e) when (IsExpected(e))
        {
            Complaint.Write(parsed.InvocationConfiguration.Error, e.Message);
            return Failed;
        }
    }

    /// <summary>The same for work that a signal cancels; it is told nothing more then.</summary>
    public static async Task<int> ReportAsync(ParseResult parsed, Func<CancellationToken, Task> work)
    {
        using var signals = new EndingSignals();
        try
        {
            await work(signals.Token).ConfigureAwait(false);
            return 0;
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            return signals.Judge(Failed);
        }
        catch (Exception e) when (IsExpected(e))
        {
            Complaint.Write(parsed.InvocationConfiguration.Error, e.Message);
            return signals.Judge(Failed);
        }
    }

    private static bool IsExpected(Exception e) => e is RxVmException or IOException or UnauthorizedAccessException;
}
