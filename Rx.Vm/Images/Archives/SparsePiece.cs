namespace Rx.Vm.Images.Archives;

/// <summary>A stretch of a sparse file that has content; what lies between two of them is a hole.</summary>
/// <param name="Offset">Where it begins in the file.</param>
/// <param name="Length">Its bytes.</param>
internal readonly record struct SparsePiece(long Offset, long Length);
