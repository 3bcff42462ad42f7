namespace Rx.Vm.Pods;

/// <summary>
/// What one process may be given, counted as the kernel counts: in bytes of UTF-8. The host refuses a spec by these numbers at once; init
/// in the machine judges by the same file.
/// </summary>
internal static class ProcessLimits
{
    /// <summary>Longest argument, or variable as NAME=value: the kernel's MAX_ARG_STRLEN of 128 KiB without the NUL behind it.</summary>
    public const int Text = (128 << 10) - 1;

    /// <summary>Longest path: the kernel's PATH_MAX without its NUL.</summary>
    public const int Path = 4095;

    /// <summary>
    /// All texts of one command together, as its JSON: what fits into one control frame. Less than the 2 MiB that the kernel takes for
    /// arguments and environment of a process whose stack may grow to 8 MiB.
    /// </summary>
    public const int Command = (1 << 20) - 8;
}
