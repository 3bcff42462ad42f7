using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Text;
using Rx.Qmp.Testing.Simulation;

namespace Rx.Qmp.Testing;

/// <summary>
/// A QMP server in this process, scripted and able to misbehave: over in-memory connections, where by default everything it causes has
/// happened when its methods return, and over real unix sockets. It serves one client at a time, as QEMU's monitor does. It has no clock:
/// what takes time is given one (<see cref="QmpAnswer.After"/>). May be used from any thread.
/// </summary>
public sealed class FakeQmpServer : IDisposable
{
    internal const string CapabilitiesCommand = "qmp_capabilities";

    private readonly Lock _gate = new();
    private readonly List<FakeQmpCommand> _received = [];
    private readonly Dictionary<string, Func<FakeQmpCommand, QmpAnswer?>> _scripts = [];
    private readonly List<FakeListener> _listeners = [];
    private readonly FakeClients _clients;
    private readonly ISubject<FakeQmpCommand> _requests = Subject.Synchronize(new Subject<FakeQmpCommand>());
    private readonly Lazy<Stream> _clientEnd;

    /// <summary>Makes a server that nobody is connected to.</summary>
    /// <param name="options">What kind of server; null: one like QEMU that answers everything with success.</param>
    public FakeQmpServer(FakeQmpOptions? options = null)
    {
        Options = options ?? new FakeQmpOptions();
        Options.Validate();
        Endpoint = new FakeEndpoint(this);
        _clients = new FakeClients(this);
        _clientEnd = new Lazy<Stream>(Connect);
    }

    /// <summary>The options it was made with.</summary>
    public FakeQmpOptions Options { get; }

    /// <summary>What it does about a command without a script of its own (<see cref="On(string, QmpAnswer)"/>); null: nothing. By
    /// default everything succeeds with an empty object. One that throws ends the connection, and <see cref="Fault"/> has it.</summary>
    public Func<FakeQmpCommand, QmpAnswer?> Answer { get; set; } = static _ => QmpAnswer.Value();

    /// <summary>The server as something to connect to: every attempt gets an in-memory connection of its own.</summary>
    public QmpEndpoint Endpoint { get; }

    /// <summary>What attempts to connect to <see cref="Endpoint"/> fail with; null (default): they succeed.</summary>
    public QmpConnectFailure? ConnectFailure { get; set; }

    /// <summary>The client's end of the first in-memory connection, made when first asked for.</summary>
    public Stream ClientEnd => _clientEnd.Value;

    /// <summary>Every command received so far, the handshake included: a copy.</summary>
    public IReadOnlyList<FakeQmpCommand> Received
    {
        get
        {
            lock (_gate)
            {
                return [.. _received];
            }
        }
    }

    /// <summary>Everything received so far, each command as it came, one after the other.</summary>
    public string RawReceived => string.Concat(Received.Select(command => command.Raw));

    /// <summary>Commands from now on, each when it arrives and before it is answered, on the thread that supplied its bytes. Completes
    /// when the server is disposed; never errors.</summary>
    public IObservable<FakeQmpCommand> Requests => _requests.AsObservable();

    /// <summary>Clients served so far.</summary>
    public int Clients => _clients.Count;

    /// <summary>True when there was a client and there is none now.</summary>
    public bool ClientIsGone => _clients is { Count: > 0, Current: null };

    /// <summary>The first thing a script threw, or that was wrong with a client's bytes; else null.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>The last command received under a name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The command.</returns>
    /// <exception cref="InvalidOperationException">There was none.</exception>
    public FakeQmpCommand Last(string name)
    {
        lock (_gate)
        {
            return _received.FindLast(command => command.Name == name)
                ?? throw new InvalidOperationException($"The command {name} was not received.");
        }
    }

    /// <summary>Says what to do about a command.</summary>
    /// <param name="name">The command's name.</param>
    /// <param name="answer">What to do.</param>
    /// <returns>This server.</returns>
    public FakeQmpServer On(string name, QmpAnswer answer) => On(name, _ => answer);

    /// <summary>Says what to do about a command.</summary>
    /// <param name="name">The command's name.</param>
    /// <param name="answer">Asked for each such command; null: no answer.</param>
    /// <returns>This server.</returns>
    public FakeQmpServer On(string name, Func<FakeQmpCommand, QmpAnswer?> answer)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(answer);
        lock (_gate)
        {
            _scripts[name] = answer;
        }

        return this;
    }

    /// <summary>Makes one more in-memory connection. It is served when the client before has left.</summary>
    /// <returns>The client's end.</returns>
    public Stream Connect()
    {
        var (mine, theirs) = DuplexStream.CreatePair(Options.Capacity, Options.Inline);
        _ = _clients.Serve(mine);
        return theirs;
    }

    /// <summary>Listens on a real unix socket until disposed of.</summary>
    /// <param name="path">The socket's path, which must not exist; it is removed when listening ends.</param>
    /// <returns>Ends the listening; the client served now stays.</returns>
    /// <exception cref="System.Net.Sockets.SocketException">The path cannot be listened on.</exception>
    public IDisposable Listen(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var listener = new FakeListener(this, path);
        lock (_gate)
        {
            _listeners.Add(listener);
        }

        return listener;
    }

    /// <summary>Sends text as it is, after whatever is being sent; to the next client when there is none.</summary>
    /// <param name="text">The text.</param>
    public void Send(string text) => Send(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends bytes as they are, after whatever is being sent; to the next client when there is none.</summary>
    /// <param name="bytes">The bytes, not copied.</param>
    public void Send(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        _clients.Send(bytes);
    }

    /// <summary>Sends an event in the server's style.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="data">Its data as JSON; null: none.</param>
    /// <param name="timestamp">When it happened; null: as from a host whose clock failed.</param>
    public void SendEvent(string name, string? data = null, DateTimeOffset? timestamp = null) =>
        Send(QmpText.Styled(QmpText.Event(name, data, timestamp), Options.Style));

    /// <summary>Sends text one byte a write.</summary>
    /// <param name="text">The text.</param>
    public void Drip(string text)
    {
        foreach (var one in Encoding.UTF8.GetBytes(text))
        {
            Send([one]);
        }
    }

    /// <summary>Stops reading: what the client writes stays where it is until its writes have to wait.</summary>
    public void StopReading() => _clients.Stop(true);

    /// <summary>Reads again.</summary>
    public void ResumeReading() => _clients.Stop(false);

    /// <summary>Closes the connection; the client gets what was sent, then the end of file.</summary>
    public void HangUp() => _clients.Current?.Dispose();

    /// <summary>Breaks the connection: what was sent and not read is lost. Over a real socket the same as <see cref="HangUp"/>.</summary>
    public void Reset() => _clients.Current?.Reset();

    /// <summary>Ends every connection and all listening.</summary>
    public void Dispose()
    {
        FakeListener[] listeners;
        lock (_gate)
        {
            listeners = [.. _listeners];
        }

        Array.ForEach(listeners, listener => listener.Dispose());
        _clients.Dispose();
        _requests.OnCompleted();
        foreach (var descriptor in Received.SelectMany(command => command.Descriptors))
        {
            descriptor.Dispose();
        }
    }

    /// <summary>Closes the connection once everything has gone out.</summary>
    internal void HangUpWhenSent() => _clients.Current?.Send(new FakeOutput([], null, FakeEnding.HangUp));

    /// <summary>Serves a client, now or when its turn comes; completes when it has left.</summary>
    internal Task Serve(Stream stream) => _clients.Serve(stream);

    internal void Leave(FakeConnection connection) => _clients.Leave(connection);

    internal void Note(FakeQmpCommand command)
    {
        lock (_gate)
        {
            _received.Add(command);
        }

        _requests.OnNext(command);
    }

    internal void Note(Exception fault)
    {
        lock (_gate)
        {
            Fault ??= fault;
        }
    }

    internal bool IsScripted(string command)
    {
        lock (_gate)
        {
            return _scripts.ContainsKey(command);
        }
    }

    internal QmpAnswer? AnswerTo(FakeQmpCommand command)
    {
        Func<FakeQmpCommand, QmpAnswer?>? script;
        lock (_gate)
        {
            script = _scripts.GetValueOrDefault(command.Name);
        }

        return (script ?? Answer)(command);
    }
}
