namespace Rx.Qmp;

/// <summary>One question to a schema: follows a path through its types.</summary>
/// <param name="index">The schema.</param>
/// <param name="feature">The feature the end of the path must have; none: its being there is enough.</param>
internal ref struct SchemaQuestion(SchemaIndex index, ReadOnlySpan<byte> feature)
{
    /// <summary>Longest chain of types without a step of the path: arrays of arrays, alternates of alternates, unions of unions. Types of
    /// a server that means no harm need three.</summary>
    private const int MostHops = 8;

    /// <summary>Most bytes of entries looked at: unions of a server that means harm may have branches without end.</summary>
    private const int MostBytes = 16 * 1024 * 1024;

    /// <summary>Most steps of a path.</summary>
    private const int MostSteps = 64;

    private readonly ReadOnlySpan<byte> _feature = feature;
    private int _bytesLeft = MostBytes;

    /// <summary>True if the path leads somewhere.</summary>
    public bool Ask(scoped ReadOnlySpan<byte> path)
    {
        if (path.Count((byte)'/') > MostSteps)
        {
            return false;
        }

        var name = Cut(ref path, (byte)'/');
        var entry = index.Find(name, SchemaEntryKind.Command);
        var isCommand = !entry.IsEmpty;
        if (!isCommand)
        {
            entry = index.Find(name, SchemaEntryKind.Event);
        }

        if (entry.IsEmpty || path.IsEmpty)
        {
            return !entry.IsEmpty && Arrive(entry);
        }

        var rest = path;
        if (isCommand && Cut(ref rest, (byte)'/').SequenceEqual("return"u8))
        {
            var type = SchemaJson.Text(entry, "ret-type"u8);
            return rest.IsEmpty ? !type.IsEmpty && _feature.IsEmpty : Follow(type, rest, 0);
        }

        return Follow(SchemaJson.Text(entry, "arg-type"u8), path, 0);
    }

    private static ReadOnlySpan<byte> Cut(scoped ref ReadOnlySpan<byte> path, byte separator)
    {
        var end = path.IndexOf(separator);
        var step = end < 0 ? path : path[..end];
        path = end < 0 ? default : path[(end + 1)..];
        return step;
    }

    private ReadOnlySpan<byte> Type(scoped ReadOnlySpan<byte> name, int hops)
    {
        var entry = hops > MostHops ? default : index.Find(name, SchemaEntryKind.Type);
        _bytesLeft -= entry.Length;
        return _bytesLeft < 0 ? default : entry;
    }

    private readonly bool Arrive(scoped ReadOnlySpan<byte> item) =>
        _feature.IsEmpty || SchemaJson.Contains(SchemaJson.Member(item, "features"u8), _feature);

    // The next step of the path, which is not empty, within a type.
    private bool Follow(scoped ReadOnlySpan<byte> type, scoped ReadOnlySpan<byte> path, int hops)
    {
        var entry = Type(type, hops);
        var kind = SchemaJson.Text(entry, "meta-type"u8);
        if (kind.SequenceEqual("array"u8))
        {
            return Follow(SchemaJson.Text(entry, "element-type"u8), path, hops + 1);
        }

        if (kind.SequenceEqual("alternate"u8))
        {
            return FollowAny(SchemaJson.Member(entry, "members"u8), path, hops + 1);
        }

        return kind.SequenceEqual("object"u8) && FollowObject(entry, path, hops);
    }

    private bool FollowObject(scoped ReadOnlySpan<byte> entry, scoped ReadOnlySpan<byte> path, int hops)
    {
        var rest = path;
        var value = Cut(ref rest, (byte)'/');
        var name = Cut(ref value, (byte)'=');
        var member = SchemaJson.Item(SchemaJson.Member(entry, "members"u8), "name"u8, name);
        var variants = SchemaJson.Member(entry, "variants"u8);
        if (member.IsEmpty)
        {
            return FollowAny(variants, path, hops + 1);
        }

        var type = SchemaJson.Text(member, "type"u8);
        if (value.IsEmpty)
        {
            return rest.IsEmpty ? Arrive(member) : Follow(type, rest, 0);
        }

        if (rest.IsEmpty)
        {
            return HasValue(type, value, 0);
        }

        if (!SchemaJson.Text(entry, "tag"u8).SequenceEqual(name))
        {
            return false;
        }

        // Below a branch are its own members, and those that all branches share.
        var branch = SchemaJson.Item(variants, "case"u8, value);
        return !branch.IsEmpty
            && (Follow(SchemaJson.Text(branch, "type"u8), rest, 0) || FollowShared(entry, rest));
    }

    private bool FollowShared(scoped ReadOnlySpan<byte> entry, scoped ReadOnlySpan<byte> path)
    {
        var step = path;
        var name = Cut(ref step, (byte)'/');
        name = Cut(ref name, (byte)'=');
        return !SchemaJson.Item(SchemaJson.Member(entry, "members"u8), "name"u8, name).IsEmpty && FollowObject(entry, path, 0);
    }

    // Several types, one of which will do. The first step of the path is still to be taken in each.
    private bool FollowAny(scoped ReadOnlySpan<byte> items, scoped ReadOnlySpan<byte> path, int hops)
    {
        while (hops <= MostHops && SchemaJson.Next(ref items, out var item))
        {
            if (Follow(SchemaJson.Text(item, "type"u8), path, hops))
            {
                return true;
            }
        }

        return false;
    }

    private bool HasValue(scoped ReadOnlySpan<byte> type, scoped ReadOnlySpan<byte> value, int hops)
    {
        var entry = Type(type, hops);
        var kind = SchemaJson.Text(entry, "meta-type"u8);
        if (kind.SequenceEqual("array"u8))
        {
            return HasValue(SchemaJson.Text(entry, "element-type"u8), value, hops + 1);
        }

        var members = SchemaJson.Member(entry, "members"u8);
        if (kind.SequenceEqual("alternate"u8))
        {
            while (SchemaJson.Next(ref members, out var choice))
            {
                if (HasValue(SchemaJson.Text(choice, "type"u8), value, hops + 1))
                {
                    return true;
                }
            }

            return false;
        }

        var found = SchemaJson.Item(members, "name"u8, value);
        // Before 6.2 an enum had a list of bare values only, and those no features.
        return kind.SequenceEqual("enum"u8)
            && (found.IsEmpty
                ? _feature.IsEmpty && SchemaJson.Contains(SchemaJson.Member(entry, "values"u8), value)
                : Arrive(found));
    }
}
