namespace Rx.Vm.Cli;

/// <summary>The program's own exit codes, beside those of the pod. The same numbers other container tools use.</summary>
internal static class ExitCodes
{
    /// <summary>The run took longer than <c>--timeout</c>.</summary>
    public const int TimedOut = 124;

    /// <summary>The spec, an image or an option is wrong, the machine failed, or a result can't be written.</summary>
    public const int Failed = 125;

    /// <summary>Stopped by a signal, such as Ctrl-C: 128 and its number.</summary>
    public static int BySignal(int signal) => 128 + signal;

    /// <summary>Nobody reads standard output any more: 128 and the signal's number.</summary>
    public const int OutputClosed = 141;
}
