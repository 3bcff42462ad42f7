namespace Rx.Vm.Qemu.Processes;

/// <summary>Some fields of <c>/proc/PID/stat</c>.</summary>
/// <param name="State">The state letter; Z is a zombie, X dead.</param>
/// <param name="StartTicks">Start time in ticks since boot.</param>
/// <param name="WaitStatus">The wait status of a zombie; 0 also when the kernel hides it.</param>
/// <param name="UsedTicks">Processor time used so far, in ticks of 10 ms, for the process and for the kernel on its behalf.</param>
/// <param name="IsEnding">Whether its first thread is ending or has ended. What the process holds goes only with its last thread.</param>
internal readonly record struct ProcStat(char State, ulong StartTicks, int WaitStatus, ulong UsedTicks, bool IsEnding)
{
    // USER_HZ, part of the kernel's promise on every architecture that QEMU is run on.
    private const double TicksPerSecond = 100;

    public bool IsZombie => State is 'Z' or 'X';

    public TimeSpan ProcessorTime => TimeSpan.FromSeconds(UsedTicks / TicksPerSecond);
}
