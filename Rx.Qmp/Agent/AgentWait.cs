using System.Text.Json;
using Rx.Qmp.Session;

namespace Rx.Qmp.Agent;

/// <summary>Waiting for the answer to one message, and how to know it.</summary>
internal sealed class AgentWait(bool inline)
{
    private readonly TaskCompletionSource<AgentReply> _answer = new(SchedulerDelay.Options(inline));

    /// <summary>For coming into step: the number the reply must return; null: this is a command.</summary>
    public long? Number { get; init; }

    /// <summary>For coming into step: true if the reply must come right after the delimiting byte.</summary>
    public bool Delimited { get; init; }

    /// <summary>For a command: the id sent; null: none.</summary>
    public int? Id { get; init; }

    public Task<AgentReply> Answer => _answer.Task;

    public void TryAnswer(in AgentReply reply) => _answer.TrySetResult(reply);

    public void TryFail(Exception fault) => _answer.TrySetException(fault);

    public void TryCancel(CancellationToken token) => _answer.TrySetCanceled(token);

    /// <summary>Reads a message as the answer.</summary>
    /// <param name="frame">The message.</param>
    /// <param name="delimited">True: it came right after the delimiting byte.</param>
    /// <param name="agentHasIds">True: the agent is known to send ids back.</param>
    /// <param name="maxDepth">Deepest nesting read.</param>
    /// <returns>The answer; null: it belongs to somebody else.</returns>
    public AgentReply? Read(ReadOnlySpan<byte> frame, bool delimited, bool agentHasIds, int maxDepth)
    {
        var header = MessageHeaderReader.Read(frame, maxDepth);
        return Number is { } number
            ? ReadSync(frame, header, delimited, number, maxDepth)
            : ReadReply(frame, header, agentHasIds, maxDepth);
    }

    private AgentReply? ReadSync(ReadOnlySpan<byte> frame, in MessageHeader header, bool delimited, long number, int maxDepth)
    {
        if (header.Kind == MessageKind.Return)
        {
            return (delimited || !Delimited) && IsNumber(frame[header.Value], number) ? new AgentReply(header.Kind) : null;
        }

        // Errors may be about the byte that resets the parser, or belong to others. If this one does, trying guest-sync does no harm.
        var reply = header.Kind == MessageKind.Error ? new AgentReply(header.Kind, Error: ReadError(frame[header.Value], maxDepth)) : default;
        return Delimited && reply.IsUnknownCommand ? reply : null;
    }

    private AgentReply? ReadReply(ReadOnlySpan<byte> frame, in MessageHeader header, bool agentHasIds, int maxDepth)
    {
        var hasId = header.Slot != MessageHeader.NoId;
        if (hasId ? header.Slot != Id : agentHasIds && header.Kind == MessageKind.Return)
        {
            return null;
        }

        return header.Kind switch
        {
            // The reply owns its bytes: those of the frame are reused at once.
            MessageKind.Return => new AgentReply(header.Kind, QmpReply.Copy(frame[header.Value]), HasId: hasId),
            MessageKind.Error => new AgentReply(header.Kind, Error: ReadError(frame[header.Value], maxDepth), HasId: hasId),
            MessageKind.Malformed => new AgentReply(header.Kind),
            _ => null,
        };
    }

    private static QmpError ReadError(ReadOnlySpan<byte> json, int maxDepth)
    {
        var body = LenientJson.Parse(json, maxDepth);
        return new QmpError(body.Member("class").AsText() ?? string.Empty, body.Member("desc").AsText() ?? string.Empty);
    }

    private static bool IsNumber(ReadOnlySpan<byte> json, long number)
    {
        var reader = new Utf8JsonReader(json);
        return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) && value == number;
    }
}
