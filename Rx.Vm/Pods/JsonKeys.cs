using System.Text.Json;

namespace Rx.Vm.Pods;

/// <summary>
/// Finds a key that an object has twice. Which of the two counts differs from one reader of JSON to the next, so whoever looked at the text
/// before may have seen another spec.
/// </summary>
internal static class JsonKeys
{
    /// <summary>The first key that was there before: its path and its line; null when there is none.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    /// <exception cref="InvalidOperationException">A key is not valid Unicode.</exception>
    public static (string Path, int Line)? FindTwice(ReadOnlySpan<byte> json, JsonReaderOptions options)
    {
        var reader = new Utf8JsonReader(json, options);
        var open = new Stack<Level>();
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    open.TryPeek(out var parent);
                    parent?.Next();
                    open.Push(new Level(parent?.Path ?? "", isList: reader.TokenType == JsonTokenType.StartArray));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    open.Pop();
                    break;
                case JsonTokenType.PropertyName when !open.Peek().Enter(reader.GetString()!):
                    return (open.Peek().Path, LineAt(json, (int)reader.TokenStartIndex));
                case not JsonTokenType.PropertyName:
                    open.TryPeek(out var level);
                    level?.Next();
                    break;
            }
        }

        return null;
    }

    /// <summary>The line, from 1, of the byte at <paramref name="index"/>.</summary>
    public static int LineAt(ReadOnlySpan<byte> text, int index) => text[..index].Count((byte)'\n') + 1;

    // An object or list that is being read, and where in it the reader is.
    private sealed class Level(string prefix, bool isList)
    {
        private readonly HashSet<string>? _keys = isList ? null : new(StringComparer.Ordinal);
        private int _index = -1;
        private string _key = "";

        public string Path => isList ? $"{prefix}[{_index}]" : prefix.Length == 0 ? _key : $"{prefix}.{_key}";

        public bool Enter(string key)
        {
            _key = key;
            return _keys!.Add(key);
        }

        public void Next() => _index++;
    }
}
