namespace Rx.Vm.Images;

/// <summary>What was removed from a store.</summary>
/// <param name="Images">Files of root file systems.</param>
/// <param name="Records">Records of what was built from which path; the next run from there builds again.</param>
/// <param name="TemporaryFiles">What builders left behind that ended early.</param>
/// <param name="Bytes">The length of all these files.</param>
/// <param name="InUse">Images that no name stands for any more and that stay, since a machine has them or is about to.</param>
public sealed record FreedSpace(int Images, int Records, int TemporaryFiles, long Bytes, int InUse);
