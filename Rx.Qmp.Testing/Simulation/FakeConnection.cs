using System.Reactive.Disposables;
using Rx.Qmp.Wire;

namespace Rx.Qmp.Testing.Simulation;

/// <summary>One client of a fake server: reads its commands, has them answered, knows whether it has negotiated.</summary>
internal sealed class FakeConnection : IDisposable
{
    private readonly FakeQmpServer _server;
    private readonly Stream _stream;
    private readonly FrameBuffer _frames = new(64 * 1024 * 1024, 1024);
    private readonly FakeOutbox _outbox;
    private readonly FakeDispatcher _dispatcher;
    private readonly FakeValve _valve;
    private readonly CompositeDisposable _answers = [];
    private bool _negotiated;
    private bool _oob;

    public FakeConnection(FakeQmpServer server, Stream stream)
    {
        (_server, _stream) = (server, stream);
        _outbox = new FakeOutbox(stream, server.Options.MaxWriteBytes);
        _dispatcher = new FakeDispatcher(server.Options.Dispatch, Run, () => _valve!.Refresh());
        _valve = new FakeValve(server.Options.Inline, () => _dispatcher.IsFull);
    }

    /// <summary>Greets, then reads until the connection ends, then says so.</summary>
    /// <param name="early">What goes out right behind the greeting.</param>
    public void Start(byte[][] early)
    {
        var options = _server.Options;
        if (options.Negotiates)
        {
            var greeting = options.SendsGreeting ? options.GreetingText : string.Empty;
            Send(new FakeOutput([new FakePart(options.BeforeGreeting, false), new FakePart(greeting, greeting.Length > 0)], null, default));
        }

        Array.ForEach(early, Send);
        _ = ReadAsync();
    }

    public void Send(FakeOutput output) => _outbox.Send(output.Encode(_server.Options.Style), output.Ending);

    public void Send(byte[] bytes) => _outbox.Send(bytes, FakeEnding.None);

    public void Stop(bool stopped) => _valve.Stop(stopped);

    public void Reset() => _outbox.Reset();

    public void Dispose()
    {
        _answers.Dispose();
        _stream.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await ReadOnceAsync().ConfigureAwait(false))
            {
                TakeCommands();
            }
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // Ended from either side.
        }
        catch (Exception fault)
        {
            _server.Note(fault);
        }

        Dispose();
        _server.Leave(this);
    }

    /// <summary>Reads once, or waits until reading is possible again; false at the end.</summary>
    private async ValueTask<bool> ReadOnceAsync()
    {
        if (!_valve.IsOpen)
        {
            await _valve.WhenOpen().ConfigureAwait(false);
            return true;
        }

        try
        {
            _frames.Rest();
            // Waits without room to read to: a connection on which nothing is said holds none.
            _ = await _stream.ReadAsync(Memory<byte>.Empty, _valve.ReadToken).ConfigureAwait(false);
            var count = await _stream.ReadAsync(_frames.GetRoom(), _valve.ReadToken).ConfigureAwait(false);
            _frames.Commit(count);
            return count > 0;
        }
        catch (OperationCanceledException)
        {
            // Told to stop reading: nothing was read.
            return true;
        }
    }

    private void TakeCommands()
    {
        while (_valve.IsOpen)
        {
            switch (_frames.TryTake(out var frame))
            {
                case FrameScanStatus.NeedMore:
                    return;
                case FrameScanStatus.Frame when FakeQmpCommand.TryRead(frame) is { } command:
                    command.Descriptors = [.. (_stream as DescriptorStream)?.Take() ?? []];
                    _server.Note(command);
                    _dispatcher.Add(command);
                    break;
                case FrameScanStatus.Frame:
                    var complaint = QmpText.Error("GenericError", "JSON parse error, invalid input");
                    Send(new FakeOutput([new FakePart(complaint, true)], null, default));
                    break;
                default:
                    throw new InvalidDataException("The client sent something that is no JSON object.");
            }
        }
    }

    private void Run(FakeQmpCommand command, Action done)
    {
        QmpAnswer? answer;
        try
        {
            answer = AnswerTo(command);
        }
        catch (Exception fault)
        {
            // A script that throws must not look like a server that is silent.
            _server.Note(fault);
            answer = QmpAnswer.HangUp;
        }

        Play(command, answer ?? QmpAnswer.Never, done);
    }

    private void Play(FakeQmpCommand command, QmpAnswer answer, Action done)
    {
        var playing = new SingleAssignmentDisposable();
        _answers.Add(playing);
        playing.Disposable = answer.Play(command, Send, Finish);

        void Finish()
        {
            _answers.Remove(playing);
            done();
        }
    }

    private QmpAnswer? AnswerTo(FakeQmpCommand command)
    {
        if (!_server.Options.Negotiates)
        {
            return _server.AnswerTo(command);
        }

        if (command.Name.Length == 0)
        {
            return QmpAnswer.Error("GenericError", "QMP input lacks member 'execute'");
        }

        if (command.IsOutOfBand && !_oob)
        {
            return QmpAnswer.Error("GenericError", "QMP input member 'exec-oob' is unexpected");
        }

        if (command.Name == FakeQmpServer.CapabilitiesCommand)
        {
            return _server.IsScripted(command.Name) ? _server.AnswerTo(command) : Negotiate(command);
        }

        return _negotiated
            ? _server.AnswerTo(command)
            : QmpAnswer.Error("CommandNotFound", $"Expecting capabilities negotiation with '{FakeQmpServer.CapabilitiesCommand}'");
    }

    private QmpAnswer Negotiate(FakeQmpCommand command)
    {
        if (_negotiated)
        {
            return QmpAnswer.Error("CommandNotFound", "Capabilities negotiation is already complete, command ignored");
        }

        foreach (var wanted in command.EnabledCapabilities)
        {
            if (wanted is null || !_server.Options.Capabilities.Contains(wanted))
            {
                return QmpAnswer.Error("GenericError", $"Capability {wanted ?? "?"} not available");
            }

            _oob |= wanted == "oob";
        }

        if (_oob)
        {
            _dispatcher.EnableOob();
        }

        _negotiated = true;
        return QmpAnswer.Value();
    }
}
