namespace Rx.Vm.Tests.Images.Archives;

/// <summary>
/// Archives of a seed, in mixed dialects, with what GNU tar unpacks without a word: names twice, folders twice, names below links, hard links, sparse
/// files, names of any bytes, files in the place of other files.
/// </summary>
internal sealed class RandomArchive(int seed)
{
    private static readonly string[] Names =
    [
        "a", "b", "lib", "x y", "\u00ff\u00fe", "new\nline", "\u001b[31m", "\"q\" \\", "#", "\u00c3\u00a4", ".hidden", "-", "...", new string('n', 120), new string('w', 255),
    ];

    private readonly Random _random = new(seed);
    private readonly List<TarItem> _items = [TarItem.Directory("./") with { Mode = 0x1c9, Uid = seed % 3 }];

    // Paths by which a folder can be reached, also through links.
    private readonly List<string> _folders = [""];
    private readonly Dictionary<string, char> _made = [];

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
        var folder = Pick(_folders);
        var path = folder + Pick(Names);
        var kind = _made.GetValueOrDefault(path, ' ');
        if (path.Length > 600 || IsLinkUnder(folder, path))
        {
            return;
        }

        switch (_random.Next(10))
        {
            case 0 or 1 or 2 when kind is ' ' or 'd':
                Add(Common(TarItem.Directory(path + "/") with { Mode = 0x1c0 | _random.Next(0x200) }), 'd', path);
                if (kind == ' ')
                {
                    _folders.Add(path + "/");
                }

                break;
            case 3 when kind is ' ' or 'f':
                // Only into the same folder: GNU tar unpacks links that climb at the very end.
                var target = _made.Where(m => m.Value == 'd' && Parent(m.Key) == folder).Select(m => m.Key[folder.Length..]).FirstOrDefault();
                Add(Common(TarItem.Symbolic(path, target ?? "nowhere")), target is null ? 's' : 'l', path);
                if (target is not null && _random.Next(2) == 0)
                {
                    _folders.Add(path + "/");
                }

                break;
            case 4 when kind is ' ' or 'f' or 's' && _made.Any(m => m.Value == 'f' && m.Key != path):
                Add(Common(TarItem.Hard(path, Pick(_made.Where(m => m.Value == 'f' && m.Key != path).Select(m => m.Key).ToList()))), 'f', path);
                break;
            case 5 when kind is ' ' or 'f':
                Add(Common(Special(path)), 'p', path);
                break;
            case 6 when kind is ' ' or 'f' or 's' or 'p':
                Add(Sparse(path), 'f', path);
                break;
            case > 6 when kind is ' ' or 'f' or 's' or 'p':
                var content = new byte[_random.Next(4) == 0 ? _random.Next(300_000) : _random.Next(700)];
                _random.NextBytes(content);
                Add(Common(new TarItem(path) { Content = content, Mode = _random.Next(0x1000) }), 'f', path);
                break;
        }
    }

    private void Add(TarItem item, char kind, string path)
    {
        _items.Add(item);
        _made[path] = kind;
    }

    // A name that was reached by two ways would need the knowledge this is to test.
    private bool IsLinkUnder(string folder, string path) =>
        folder.Split('/', StringSplitOptions.RemoveEmptyEntries).Length > 0
        && _made.Any(m => m.Value == 'l' && folder.StartsWith(m.Key + "/", StringComparison.Ordinal)) && _made.ContainsKey(path) == false && _random.Next(2) == 0;

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
            length = Math.Min(_random.Next(1, 9000), content.Length - at);
            _random.NextBytes(content.AsSpan(at, length));
            pieces.Add((at, length));
        }

        if (pieces.Count == 0 || pieces[^1].Item1 + pieces[^1].Item2 < content.Length)
        {
            // How GNU tar marks the end of a hole.
            pieces.Add((content.Length, 0));
        }

        var form = (SparseForm)_random.Next(1, 5);
        return Common(new TarItem(path) { Content = content, Sparse = form, Pieces = [.. pieces] })
            with { Dialect = form == SparseForm.Gnu ? TarDialect.Gnu : TarDialect.Pax };
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
