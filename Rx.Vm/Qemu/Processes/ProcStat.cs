namespace Rx.Vm.Qemu.Processes;

/// <summary>Three fields of <c>/proc/PID/stat</c>.</summary>
/// <param name="State">The state letter; Z is a zombie, X dead.</param>
/// <param name="StartTicks">Start time in ticks since boot.</param>
/// <param name="WaitStatus">The wait status of a zombie; 0 also when the kernel hides it.</param>
internal readonly record struct ProcStat(char State, ulong StartTicks, int WaitStatus)
{
    public bool IsZombie => State is 'Z' or 'X';
}
