namespace Rx.Vm.Init.Rules;

/// <summary>What FINISHPOD and the exit frame say about how a process ended.</summary>
internal static class ExitCode
{
    /// <summary>The set-up process failed after the container had been acknowledged.</summary>
    public const int SetupFailed = 125;

    /// <summary>The command exists and cannot be executed.</summary>
    public const int NotExecutable = 126;

    /// <summary>There is no such command.</summary>
    public const int NotFound = 127;

    private const int Enoent = 2;
    private const int Enotdir = 20;

    /// <summary>The code of a wait(2) status: the exit status, or 128 plus the signal that killed it.</summary>
    public static int FromWaitStatus(int status) => SignalOf(status) is var signal and not 0 ? 128 + signal : (status >> 8) & 0xff;

    /// <summary>The signal of a wait(2) status that killed the process, or 0.</summary>
    public static int SignalOf(int status) => status & 0x7f;

    /// <summary>The code of a command that execve refused.</summary>
    public static int FromExecError(int errno) => errno is Enoent or Enotdir ? NotFound : NotExecutable;
}
