using System.Collections.Immutable;
using System.Text.Json;

namespace Rx.Qmp.Testing.Transcripts;

/// <summary>Reads transcripts, whatever is in them, within limits.</summary>
internal static class TranscriptReader
{
    private const int MaxDepth = 1040;

    public static QmpTranscript Read(Stream input, QmpTranscriptOptions options)
    {
        var entries = ImmutableArray.CreateBuilder<QmpTranscriptEntry>();
        var buffer = new byte[Math.Min(64 * 1024, options.MaxLineBytes + 1)];
        var held = 0;
        var line = 0;
        long total = 0;
        while (true)
        {
            var count = input.Read(buffer, held, buffer.Length - held);

            // The lines up to the limit are judged first: what is said of a file does not depend on how it was read.
            var usable = (int)Math.Min(count, options.MaxBytes - total);
            total += count;
            if (count == 0)
            {
                // What a killed process was writing when it died; a whole line that only lost its end is as good as any.
                var isWhole = held > 0 && TryRead(buffer.AsSpan(0, held), line + 1) is { } last && Add(last);
                return new QmpTranscript(entries.ToImmutable(), held > 0 && !isWhole);
            }

            held += usable;
            var start = 0;
            int end;
            while ((end = buffer.AsSpan(start, held - start).IndexOf((byte)'\n')) >= 0)
            {
                Take(buffer.AsSpan(start, end));
                start += end + 1;
            }

            held -= start;
            buffer.AsSpan(start, held).CopyTo(buffer);
            if (total > options.MaxBytes)
            {
                throw new QmpTranscriptException(line + 1, $"the file is longer than {options.MaxBytes} bytes");
            }

            if (held == buffer.Length)
            {
                buffer = Grow(buffer);
            }
        }

        void Take(ReadOnlySpan<byte> text)
        {
            line++;
            if (text.Length > options.MaxLineBytes)
            {
                throw TooLong();
            }

            if (text.IndexOfAnyExcept(" \t\r"u8) >= 0)
            {
                Add(TryRead(text, line) ?? throw new QmpTranscriptException(line, "this is no entry of a transcript"));
            }
        }

        bool Add(QmpTranscriptEntry entry)
        {
            entries.Add(entry);
            return true;
        }

        byte[] Grow(byte[] full)
        {
            if (full.Length > options.MaxLineBytes)
            {
                line++;
                throw TooLong();
            }

            Array.Resize(ref full, (int)Math.Min(2L * full.Length, options.MaxLineBytes + 1L));
            return full;
        }

        QmpTranscriptException TooLong() => new(line, $"the line is longer than {options.MaxLineBytes} bytes");
    }

    private static QmpTranscriptEntry? TryRead(ReadOnlySpan<byte> text, int line)
    {
        try
        {
            return ReadEntry(text, line);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Skips an object and makes sure that its text is text, which half a surrogate pair is not: whoever reads it may rely on
    /// that.</summary>
    private static void SkipText(ref Utf8JsonReader reader)
    {
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String)
            {
                _ = reader.GetString();
            }
        }
    }

    /// <summary>Reads one line; throws one of several exceptions, or gives null, when it is no entry.</summary>
    private static QmpTranscriptEntry? ReadEntry(ReadOnlySpan<byte> text, int line)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaxDepth });
        long microseconds = -1;
        QmpTranscriptSide? from = null;
        QmpTranscriptKind? kind = null;
        ReadOnlyMemory<byte> message = default;
        long bytes = 0;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "us":
                    microseconds = reader.GetInt64();
                    break;
                case "from":
                    from = reader.GetString() switch
                    {
                        "client" => QmpTranscriptSide.Client,
                        "server" => QmpTranscriptSide.Server,
                        _ => throw new FormatException(),
                    };
                    break;
                case "message" when kind is null && reader.TokenType == JsonTokenType.StartObject:
                    var start = (int)reader.TokenStartIndex;
                    SkipText(ref reader);
                    message = text[start..(int)reader.BytesConsumed].ToArray();
                    kind = QmpTranscriptKind.Message;
                    break;
                case "omitted" or "unreadable" when kind is null:
                    bytes = reader.GetInt64();
                    kind = name == "omitted" ? QmpTranscriptKind.Omitted : QmpTranscriptKind.Unreadable;
                    break;
                case "end" when kind is null && reader.GetBoolean():
                    kind = QmpTranscriptKind.End;
                    break;
                default:
                    return null;
            }
        }

        if (reader.Read() || from is null || kind is null || bytes < 0
            || microseconds < 0 || microseconds > TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMicrosecond)
        {
            return null;
        }

        return new QmpTranscriptEntry(line, TimeSpan.FromMicroseconds(microseconds), from.Value, kind.Value, message, bytes);
    }
}
