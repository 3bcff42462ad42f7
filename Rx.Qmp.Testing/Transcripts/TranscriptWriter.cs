using System.Buffers;
using System.Reactive.Concurrency;
using System.Text.Json;

namespace Rx.Qmp.Testing.Transcripts;

/// <summary>Writes the lines of a transcript, from both directions at once. What goes wrong with the file never harms the
/// connection.</summary>
internal sealed class TranscriptWriter(Stream output, IScheduler scheduler, QmpTranscriptOptions options) : IDisposable
{
    /// <summary>Room for what a line holds besides its message.</summary>
    public const int Overhead = 96;

    private readonly Lock _gate = new();
    private readonly IStopwatch _stopwatch = scheduler.StartStopwatch();
    private readonly Redactor _redactor = new(options.Redaction);
    private readonly ArrayBufferWriter<byte> _line = new();
    private long _written;
    private bool _ended;

    /// <summary>Why recording ended early, or null.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>True when the file was as long as allowed before the connection ended.</summary>
    public bool IsTruncated { get; private set; }

    public void Message(QmpTranscriptSide from, ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            if (_redactor.TryRewrite(from, frame) is not { } message)
            {
                Write(from, "unreadable", frame.Length);
            }
            else if (message.Length > options.MaxLineBytes - Overhead)
            {
                Write(from, "omitted", frame.Length);
            }
            else
            {
                Write(from, writer =>
                {
                    writer.WritePropertyName("message");
                    writer.WriteRawValue(message, skipInputValidation: true);
                });
            }
        }
    }

    public void Unreadable(QmpTranscriptSide from, long bytes)
    {
        lock (_gate)
        {
            Write(from, "unreadable", bytes);
        }
    }

    /// <summary>The first end counts: a connection has one.</summary>
    public void End(QmpTranscriptSide from)
    {
        lock (_gate)
        {
            if (!_ended)
            {
                _ended = true;
                Write(from, writer => writer.WriteBoolean("end", true));
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
            Guard(output.Dispose);
        }
    }

    private void Write(QmpTranscriptSide from, string what, long bytes) => Write(from, writer => writer.WriteNumber(what, bytes));

    private void Write(QmpTranscriptSide from, Action<Utf8JsonWriter> writeRest)
    {
        if (Fault is not null || IsTruncated)
        {
            return;
        }

        _line.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_line, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("us", _stopwatch.Elapsed.Ticks / TimeSpan.TicksPerMicrosecond);
            writer.WriteString("from", from == QmpTranscriptSide.Client ? "client" : "server");
            writeRest(writer);
            writer.WriteEndObject();
        }

        _line.Write("\n"u8);
        if (_written + _line.WrittenCount > options.MaxBytes)
        {
            IsTruncated = true;
            return;
        }

        _written += _line.WrittenCount;
        Guard(() =>
        {
            output.Write(_line.WrittenSpan);
            output.Flush();
        });
    }

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception fault) when (fault
            is IOException or UnauthorizedAccessException or ObjectDisposedException or NotSupportedException)
        {
            Fault ??= fault;
        }
    }
}
