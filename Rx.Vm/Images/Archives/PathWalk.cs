using System.Diagnostics.CodeAnalysis;

namespace Rx.Vm.Images.Archives;

/// <summary>The steps of a path, those of links on the way put in front of what is left.</summary>
internal sealed class PathWalk
{
    // As many as Linux follows.
    private const int MaxLinks = 40;
    private readonly Stack<string> _steps = new();
    private int _links;

    public PathWalk(IEnumerable<string> steps) => Push(steps);

    /// <summary>The next step: a name or "..".</summary>
    public bool TryNext([MaybeNullWhen(false)] out string step) => _steps.TryPop(out step);

    /// <summary>Goes on along a link's target; from where is the caller's to say.</summary>
    /// <returns>False when there have been too many, as in a circle.</returns>
    public bool TryFollow(string target)
    {
        if (++_links > MaxLinks)
        {
            return false;
        }

        Push(target.Split('/').Where(part => part is not ("" or ".")));
        return true;
    }

    private void Push(IEnumerable<string> steps)
    {
        foreach (var step in steps.Reverse())
        {
            _steps.Push(step);
        }
    }
}
