using System.Globalization;

namespace Rx.Vm.Images.Archives;

/// <summary>
/// What a source has and an image cannot hold, or what looks like a mistake. Each kind is told once, with its number and first entry,
/// however often it comes.
/// </summary>
internal sealed class ArchiveRemarks
{
    private const int MaxSaid = 32;
    private readonly List<Remark> _all = [];
    private readonly List<string> _said = [];

    /// <summary>One sentence per kind, in the order of their first entries, and then what programs said.</summary>
    public IEnumerable<string> Sentences =>
    [
        .. _all.Select(r => string.Format(
            CultureInfo.InvariantCulture, r.Text, r.Count == 1 ? "1 entry" : $"{r.Count} entries", ByteText.Shown(r.First))),
        .. _said,
    ];

    public void ClampedTime(string name) => Add(
        name, "{0} with a time before 1970 or after 2106, which an image cannot hold: set to the nearest it can. The first is '{1}'.");

    public void Whiteout(string name) => Add(
        name, "{0} with a name that begins with '.wh.', as in the layers of an image archive: kept as it is. The first is '{1}'.");

    public void LostAttribute(string name) => Add(
        name, "{0} with an access control list or other attribute that an image cannot hold: left out. The first is {1}.");

    public void ReplacedDirectory(string name) => Add(
        name, "{0} that replaces a folder of the same name and all that was in it. The first is '{1}'.");

    public void Socket(string name) => Add(name, "{0} that is a socket, which no program listens to in an image: left out. The first is '{1}'.");

    public void MoreBehindEnd() => Add(
        "", "Bytes behind the end marker of the archive are not read; of several archives in a row only the first counts.");

    public void NoRootFileSystem(string only) => Add(only, only.Length == 0
        ? "There is neither /bin nor /usr in it: is it the root of a file system?"
        : "There is neither /bin nor /usr in it, only '{1}': archive what is inside of that folder.");

    /// <summary>What a program said though it succeeded: never dropped, whatever it is.</summary>
    public void Said(string program, ToolResult result)
    {
        foreach (var line in result.Lines.Select(line => $"{program}: {line}").Where(line => !_said.Contains(line)))
        {
            if (_said.Count == MaxSaid)
            {
                _said.Add($"{program} said still more.");
            }

            if (_said.Count > MaxSaid)
            {
                return;
            }

            _said.Add(line);
        }
    }

    private void Add(string name, string text)
    {
        var index = _all.FindIndex(r => r.Text == text);
        if (index < 0)
        {
            _all.Add(new Remark(text, name, 1));
        }
        else
        {
            _all[index] = _all[index] with { Count = _all[index].Count + 1 };
        }
    }

    private readonly record struct Remark(string Text, string First, long Count);
}
