using System.Text;
using System.Text.Json;

namespace Rx.Qmp.Tests.Agent;

/// <summary>A guest agent in this process, of any age and mood: it parses what it reads as qemu-ga does, one message a line, and answers as
/// told.</summary>
internal sealed class FakeAgent : IDisposable
{
    private readonly DuplexStream _stream;
    private readonly List<byte> _input = [];
    private readonly Queue<byte[]> _outbox = [];
    private bool _sending;
    private TaskCompletionSource? _stopped;

    public FakeAgent(int capacity = 1024 * 1024)
    {
        (_stream, ClientEnd) = DuplexStream.CreatePair(capacity, inline: true);
        _ = ReadAsync();
    }

    public DuplexStream ClientEnd { get; }

    /// <summary>False: as before QEMU 1.1, guest-sync-delimited is unknown.</summary>
    public bool KnowsDelimited { get; init; } = true;

    /// <summary>False: an id is no member it allows.</summary>
    public bool AllowsIds { get; init; } = true;

    /// <summary>False: it takes ids and does not send them back.</summary>
    public bool SendsIdsBack { get; init; } = true;

    /// <summary>True: it is frozen, and what it is sent stays where it is.</summary>
    public bool IsFrozen { get; private set; }

    /// <summary>What to answer to a command other than those for coming into step: the reply's first member, or null for nothing.</summary>
    public Func<string, string?> Answer { get; set; } = _ => "\"return\": {}";

    /// <summary>The names of all commands parsed, in order.</summary>
    public List<string> Names { get; } = [];

    /// <summary>Everything read, one character a byte.</summary>
    public StringBuilder Raw { get; } = new();

    /// <summary>The last number a client asked to have returned.</summary>
    public long LastNumber { get; private set; }

    public void Say(string text) => Say(Encoding.Latin1.GetBytes(text));

    public void Say(byte[] bytes)
    {
        _outbox.Enqueue(bytes);
        if (!_sending)
        {
            _sending = true;
            _ = SendAsync();
        }
    }

    public void Freeze() => IsFrozen = true;

    /// <summary>Goes on with what has piled up.</summary>
    public void Thaw()
    {
        IsFrozen = false;
        Parse();
    }

    /// <summary>Reads what is under way and then nothing more, so that what a client writes has to wait.</summary>
    public void StopReading() => _stopped = new TaskCompletionSource();

    public void ResumeReading() => _stopped?.TrySetResult();

    public void HangUp() => _stream.Dispose();

    public void Dispose() => _stream.Dispose();

    private async Task SendAsync()
    {
        while (_outbox.TryDequeue(out var next))
        {
            try
            {
                await _stream.WriteAsync(next);
            }
            catch (IOException)
            {
                // Nobody listens.
            }
        }

        _sending = false;
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (await _stream.ReadAsync(buffer) is > 0 and int count)
            {
                Raw.Append(Encoding.Latin1.GetString(buffer, 0, count));
                _input.AddRange(buffer.AsSpan(0, count));
                if (!IsFrozen)
                {
                    Parse();
                }

                await (_stopped?.Task ?? Task.CompletedTask);
            }
        }
        catch (ObjectDisposedException)
        {
            // Hung up.
        }
    }

    private void Parse()
    {
        while (_input.IndexOf((byte)'\n') is >= 0 and int end)
        {
            byte[] line = [.. _input.Take(end)];
            _input.RemoveRange(0, end + 1);
            var reset = Array.LastIndexOf(line, (byte)0xFF);
            if (reset >= 0)
            {
                Say("{\"error\": {\"class\": \"GenericError\", \"desc\": \"JSON parse error, stray input\"}}\n");
            }

            Execute(line.AsSpan(reset + 1));
        }
    }

    private void Execute(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        var root = JsonElement.ParseValue(ref reader);
        var name = root.GetProperty("execute").GetString()!;
        var id = root.TryGetProperty("id", out var given) ? given.GetRawText() : null;
        Names.Add(name);
        if (id is not null && !AllowsIds)
        {
            Say("{\"error\": {\"class\": \"GenericError\", \"desc\": \"QMP input member 'id' is unexpected\"}}\n");
            return;
        }

        if (name is "guest-sync" or "guest-sync-delimited")
        {
            Sync(name, root.GetProperty("arguments").GetProperty("id").GetInt64());
        }
        else if (Answer(name) is { } answer)
        {
            Say($"{{{answer}{(id is not null && SendsIdsBack ? $", \"id\": {id}" : "")}}}\n");
        }
    }

    private void Sync(string name, long number)
    {
        LastNumber = number;
        var delimited = name == "guest-sync-delimited";
        if (delimited && !KnowsDelimited)
        {
            Say("{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"The command guest-sync-delimited has not been found\"}}\n");
            return;
        }

        Say($"{(delimited ? "\u00ff" : "")}{{\"return\": {number}}}\n");
    }
}
