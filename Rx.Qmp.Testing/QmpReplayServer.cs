using System.Collections.Immutable;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Text;
using Rx.Qmp.Testing.Transcripts;

namespace Rx.Qmp.Testing;

/// <summary>
/// A server that plays a transcript to one client. It is strict: the client must send what was recorded, in that order, masked values and
/// ids apart; the server's messages come as soon as everything before them has been said. A client that says something else gets an error
/// of the class <see cref="MismatchClass"/> that names the line and the difference, then the end of the connection.
/// </summary>
public sealed class QmpReplayServer : IDisposable
{
    /// <summary>The error class for a client that does not keep to the transcript.</summary>
    public const string MismatchClass = "TranscriptMismatch";

    private readonly Lock _gate = new();
    private readonly FakeQmpServer _server;
    private readonly ImmutableArray<QmpTranscriptEntry> _entries;
    private readonly IScheduler? _scheduler;
    private readonly SerialDisposable _timer = new();
    private readonly ReplayIds _ids = new();
    private readonly Queue<FakeQmpCommand> _arrived = new();
    private int _next;
    private bool _advancing;
    private QmpTranscriptException? _failure;

    /// <summary>Makes a server that waits for its client.</summary>
    /// <param name="transcript">What to play.</param>
    /// <param name="options">How messages go over the wire: style, cuts, capacity; null: the defaults. Whether it negotiates is not looked
    /// at: the transcript says what happens.</param>
    /// <param name="scheduler">The clock by which each of the server's messages comes as long after what precedes it as when it was
    /// recorded; null: at once.</param>
    public QmpReplayServer(QmpTranscript transcript, FakeQmpOptions? options = null, IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(transcript);
        _entries = transcript.Entries;
        _scheduler = scheduler;
        _server = new FakeQmpServer((options ?? new FakeQmpOptions()) with { Negotiates = false }) { Answer = Take };
        Advance();
    }

    /// <summary>The client's end of the in-memory connection.</summary>
    public Stream ClientEnd => _server.ClientEnd;

    /// <summary>The server as something to connect to, once.</summary>
    public QmpEndpoint Endpoint => _server.Endpoint;

    /// <summary>True when everything was said; that the client hangs up is not waited for.</summary>
    public bool IsFinished
    {
        get
        {
            lock (_gate)
            {
                return _failure is null && Next() is null;
            }
        }
    }

    /// <summary>How the client did not keep to the transcript; null: it has so far.</summary>
    public QmpTranscriptException? Failure
    {
        get
        {
            lock (_gate)
            {
                return _failure;
            }
        }
    }

    /// <summary>Listens on a real unix socket.</summary>
    /// <param name="path">The socket's path, which must not exist.</param>
    /// <returns>Ends the listening.</returns>
    public IDisposable Listen(string path) => _server.Listen(path);

    /// <summary>Throws unless the client has sent everything that was recorded and nothing else.</summary>
    /// <exception cref="QmpTranscriptException">It has not; says at which line.</exception>
    public void Verify()
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                throw _failure;
            }

            if (Next() is { } left)
            {
                throw new QmpTranscriptException(left.Line, left.From == QmpTranscriptSide.Client
                    ? $"the client has not sent {Encoding.UTF8.GetString(left.Message.Span)}"
                    : "the server has not come to this yet");
            }
        }
    }

    /// <summary>Ends the connection.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        _server.Dispose();
    }

    private QmpTranscriptEntry? Next() =>
        _next < _entries.Length && _entries[_next] is not { From: QmpTranscriptSide.Client, Kind: QmpTranscriptKind.End }
            ? _entries[_next]
            : null;

    private QmpAnswer? Take(FakeQmpCommand command)
    {
        lock (_gate)
        {
            _arrived.Enqueue(command);
        }

        Advance();
        return null;
    }

    /// <summary>Goes on as far as possible. One caller at a time; what another brings meanwhile the first one finds.</summary>
    private void Advance()
    {
        lock (_gate)
        {
            if (_advancing)
            {
                return;
            }

            _advancing = true;
        }

        GoOn();
    }

    private void GoOn()
    {
        while (Step() is { } say)
        {
            say();
        }
    }

    /// <summary>What is to be said now; null: nothing until something comes.</summary>
    private Action? Step()
    {
        lock (_gate)
        {
            var next = Next();
            if (_failure is null && next?.From == QmpTranscriptSide.Server)
            {
                return _scheduler is not null && _next > 0 && next.At > _entries[_next - 1].At ? Wait(next) : Say(next);
            }

            if (_failure is null && _arrived.TryDequeue(out var command))
            {
                return Judge(next, command);
            }

            _advancing = false;
            return null;
        }
    }

    private Action? Wait(QmpTranscriptEntry entry)
    {
        // Whoever comes meanwhile finds that somebody is at it.
        _timer.Disposable = _scheduler!.Schedule(entry.At - _entries[_next - 1].At, () =>
        {
            Action say;
            lock (_gate)
            {
                say = Say(entry);
            }

            // Only then is it the next one's turn.
            say();
            GoOn();
        });
        return null;
    }

    private Action Say(QmpTranscriptEntry entry)
    {
        _next++;
        switch (entry.Kind)
        {
            case QmpTranscriptKind.Message:
                var text = QmpText.Styled(_ids.Translate(entry) + "\r\n", _server.Options.Style);
                return () => _server.Send(text);
            case QmpTranscriptKind.End:
                return _server.HangUpWhenSent;
            default:
                _failure = new QmpTranscriptException(entry.Line, "what the server said here was not recorded");
                return _server.HangUpWhenSent;
        }
    }

    private Action Judge(QmpTranscriptEntry? next, FakeQmpCommand command)
    {
        var difference = next is null
            ? $"the transcript ends here, but the client sent {command.Name}"
            : _ids.Match(next, command);
        if (difference is null)
        {
            _next++;
            return static () => { };
        }

        var line = next?.Line ?? (_entries.IsEmpty ? 1 : _entries[^1].Line + 1);
        _failure = new QmpTranscriptException(line, difference);
        var error = command.Error(MismatchClass, _failure.Message);
        return () =>
        {
            _server.Send(error);
            _server.HangUpWhenSent();
        };
    }
}
