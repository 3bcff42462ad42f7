namespace Rx.Vm.Qemu;

/// <summary>What a leftover is, and so what may be done about it.</summary>
public enum LeftoverKind
{
    /// <summary>A directory in which nothing lives. The next start of any machine removes it.</summary>
    Dead,

    /// <summary>
    /// A machine that runs although its host's process ended and was to take it along: the process was taken over by its guest, or is just
    /// being ended by the kernel.
    /// </summary>
    Orphan,

    /// <summary>A machine that was to outlive its host's process (<see cref="WhenProcessDies.Keep"/>), and has.</summary>
    Kept,

    /// <summary>
    /// Something that cannot be judged, because its record is damaged, missing or foreign, or its processes cannot be seen from here. Never
    /// removed; <see cref="Leftover.Detail"/> says why.
    /// </summary>
    Unclear,
}
