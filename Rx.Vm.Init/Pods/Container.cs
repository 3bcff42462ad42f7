using Rx.Vm.Guest.Wire;
using Rx.Vm.Init.Native;
using Rx.Vm.Init.Processes;

namespace Rx.Vm.Init.Pods;

/// <summary>A container of the pod: what was asked for and its first process.</summary>
internal sealed class Container(ContainerPayload spec, GuestProcess process)
{
    private int _ptsDirectory = -1;

    /// <summary>What was asked for.</summary>
    public ContainerPayload Spec { get; } = spec;

    /// <summary>Its first process: while that exists the container does.</summary>
    public GuestProcess Process { get; } = process;

    /// <summary>Whether it can be signalled and entered.</summary>
    public bool Runs => Process.ExitCode is null;

    /// <summary>The root of its devpts. Held open, it works even if the container unmounts or hides it.</summary>
    public int PtsDirectory => _ptsDirectory;

    /// <summary>The set-up process has reported and passed the devpts.</summary>
    public void Prepared() => _ptsDirectory = Process.Link.Take(0);

    /// <summary>Closes what is held.</summary>
    public void Dispose() => Fd.Close(ref _ptsDirectory);
}
