namespace Rx.Vm.Testing.Failures;

/// <summary>One line of a picture: what stands at which frame, and the frames between which it is drawn.</summary>
/// <param name="Title">At the left of the line.</param>
/// <param name="Cells">Text by frame.</param>
/// <param name="From">Before this frame the line is blank.</param>
/// <param name="Until">After this frame the line is blank.</param>
internal sealed record PictureLane(string Title, SortedDictionary<long, string> Cells, long From = 0, long Until = long.MaxValue);
