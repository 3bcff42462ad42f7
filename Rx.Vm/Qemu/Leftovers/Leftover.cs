namespace Rx.Vm.Qemu;

/// <summary>A machine, or the directory of one, that a host process of this user left behind when it ended. A machine whose host's process
/// lives is none, whatever state it is in.</summary>
/// <param name="Id">The machine's id.</param>
/// <param name="Directory">Its directory, an absolute path.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Process">The machine's process, for one that lives; else null.</param>
/// <param name="Detail">For people: what was found, part of a sentence.</param>
public sealed record Leftover(string Id, string Directory, LeftoverKind Kind, ProcessIdentity? Process, string Detail);
