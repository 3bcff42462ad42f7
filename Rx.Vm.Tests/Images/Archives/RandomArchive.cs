namespace Rx.Vm.Tests.Images.Archives;

/// <summary>
/// Archives of a seed, in mixed dialects, with what GNU tar unpacks without a word: names twice, folders twice, names below links, hard links, sparse
/// files, names of any bytes, files in the place of other files.
/// </summary>
internal sealed class RandomArchive(int seed)
{
    private static readonly string[] Names =
    [
        "a", "b", "lib", "x y", "\u00ff\u00fe", "new\nline", "\u001b[31m", "\"q\" \\", "#", "\u00c3\u00a4", ".hidden", "-", "...",
        new string('n', 120), new string('w', 255),
    ];

    private readonly Random _random = new(seed);
    private readonly List<TarItem> _items = [TarItem.Directory("./") with { Mode = 0x1c9, Uid = seed % 3 }];

    // How a folder is reached, perhaps by way of links, and what it really is.
    private readonly List<(string Path, string Real)> _folders = [("", "")];
    private readonly Dictionary<string, (char Kind, string Path)> _made = [];

    public byte[] Make(int entries)
    {
        for (var i = 0; i < entries; i++)
        {
            Step();
        }

        return TarForge.Archive(_items);
    }

    private void Step()
    {
        var (folder, realFolder) = Pick(_folders);
        var name = Pick(Names);
        var (path, real) = (folder + name, realFolder + name);
        var kind = _made.GetValueOrDefault(real, (' ', "")).Item1;
        if (path.Length > 600)
        {
            return;
        }

        switch (_random.Next(10))
        {
            // Of a folder described by two ways GNU tar takes either: it gives folders their properties at the end.
            case 0 or 1 or 2 when kind == ' ' || (kind == 'd' && _made[real].Path == path):
                Add(Common(TarItem.Directory(path + "/") with { Mode = 0x1c0 | _random.Next(0x200) }), 'd', path, real);
                if (kind == ' ')
                {
                    _folders.Add((path + "/", real + "/"));
                }

                break;
            case 3 when kind is ' ' or 'f':
                // Only into the same folder: GNU tar unpacks links that climb at the very end.
                var target = _made.Where(m => m.Value.Kind == 'd' && Parent(m.Key) == realFolder).Select(m => m.Key[realFolder.Length..]).FirstOrDefault();
                Add(Common(TarItem.Symbolic(path, target ?? "nowhere")), target is null ? 's' : 'l', path, real);
                if (target is not null)
                {
                    _folders.Add((path + "/", realFolder + target + "/"));
                }

                break;
            case 4 when kind is ' ' or 'f' or 's' && Files(real).Count > 0:
                Add(Common(TarItem.Hard(path, Pick(Files(real)))), 'f', path, real);
                break;
            case 5 when kind is ' ' or 'f':
                Add(Common(Special(path)), 'p', path, real);
                break;
            case 6 when kind is ' ' or 'f' or 's' or 'p':
                Add(Sparse(path), 'f', path, real);
                break;
            case > 6 when kind is ' ' or 'f' or 's' or 'p':
                var content = new byte[_random.Next(4) == 0 ? _random.Next(300_000) : _random.Next(700)];
                _random.NextBytes(content);
                Add(Common(new TarItem(path) { Content = content, Mode = _random.Next(0x1000) }), 'f', path, real);
                break;
        }
    }

    private List<string> Files(string but) => [.. _made.Where(m => m.Value.Kind == 'f' && m.Key != but).Select(m => m.Value.Path)];

    private void Add(TarItem item, char kind, string path, string real)
    {
        _items.Add(item);
        _made[real] = (kind, path);
    }

    private static string Parent(string path) => path[..(path.LastIndexOf('/') + 1)];

    private TarItem Special(string path) => _random.Next(3) switch
    {
        0 => new TarItem(path, '6'),
        1 when Environment.IsPrivilegedProcess => new TarItem(path, '3') { Major = _random.Next(256), Minor = _random.Next(100_000) },
        2 when Environment.IsPrivilegedProcess => new TarItem(path, '4') { Major = 8, Minor = _random.Next(16) },
        _ => new TarItem(path, '6'),
    };

    private TarItem Sparse(string path)
    {
        var content = new byte[_random.Next(1, 400_000)];
        var pieces = new List<(long, long)>();
        for (int at = _random.Next(5000), length; at < content.Length && pieces.Count < 60; at += length + 1 + _random.Next(9000))
        {
            length = Math.Min(512 * _random.Next(1, 20), content.Length - at);
            _random.NextBytes(content.AsSpan(at, length));
            pieces.Add((at, length));
        }

        if (pieces.Count == 0 || pieces[^1].Item1 + pieces[^1].Item2 < content.Length)
        {
            // How GNU tar marks the end of a hole.
            pieces.Add((content.Length, 0));
        }

        var form = (SparseForm)_random.Next(1, 5);
        var item = Common(new TarItem(path) { Content = content, Sparse = form, Pieces = [.. pieces] });
        return item with { Dialect = form == SparseForm.Gnu ? TarDialect.Gnu : TarDialect.Pax };
    }

    private TarItem Common(TarItem item)
    {
        var isLong = item.Name.Length > 100 || item.Link.Length > 100;
        return item with
        {
            Dialect = isLong ? Pick(new[] { TarDialect.Gnu, TarDialect.Pax })
                : item.Type is '3' or '4' or '6' ? (TarDialect)_random.Next(1, 5) : (TarDialect)_random.Next(5),
            Uid = _random.Next(3) == 0 ? _random.Next(3_000_000) : _random.Next(3),
            Gid = _random.Next(3),
            Time = _random.Next(4) == 0 ? _random.NextInt64(1, uint.MaxValue) : 1_700_000_000 + _random.Next(100_000),
        };
    }

    private T Pick<T>(IReadOnlyList<T> list) => list[_random.Next(list.Count)];
}
