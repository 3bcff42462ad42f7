using System.Collections.Immutable;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Rx.Vm.Fold;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Dialects;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Operations;

namespace Rx.Vm.Attendance;

/// <summary>Questions to the guest and its answers. Whoever asks gets exactly one end: the answer, that it could not be asked, or that it is lost.</summary>
internal sealed class GuestDialogue
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, TaskCompletionSource<OpEnd>> _asked = [];
    private readonly GuestControl _control;
    private readonly bool _inline;
    private long _last;
    private string? _lost;

    /// <summary>A dialogue over <paramref name="control"/>, of which it hears what it is told.</summary>
    public GuestDialogue(GuestControl control, bool inline) => (_control, _inline) = (control, inline);

    /// <summary>Asks. The end's payload is the reply's body, or the guest's words.</summary>
    /// <param name="code">The command.</param>
    /// <param name="payload">Its payload.</param>
    /// <param name="ct">Ends the wait with an exception; the guest is not told.</param>
    /// <param name="tolerated">A refusal of the channel that is as good as done.</param>
    public Task<OpEnd> AskAsync(GuestCode code, ReadOnlyMemory<byte> payload, CancellationToken ct, GuestSend? tolerated = null) =>
        AskAsync(_ => [new GuestCommand(code, payload)], ct, tolerated);

    /// <summary>The same with the commands of a dialect, which all together have one answer.</summary>
    /// <param name="commands">What to send, of the token of the answer.</param>
    /// <param name="ct">Ends the wait with an exception; the guest is not told.</param>
    /// <param name="tolerated">A refusal of the channel that is as good as done.</param>
    public async Task<OpEnd> AskAsync(Func<long, ImmutableArray<GuestCommand>> commands, CancellationToken ct, GuestSend? tolerated = null)
    {
        ct.ThrowIfCancellationRequested();
        var source = new TaskCompletionSource<OpEnd>(_inline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        long token;
        lock (_gate)
        {
            if (_lost is { } lost)
            {
                return OpEnd.Failed(lost);
            }

            token = ++_last;
            _asked.Add(token, source);
        }

        var sent = _control.Send(commands(token), token);

        // A channel that is lost says so itself, and why; that comes first.
        if (sent is not (GuestSend.Queued or GuestSend.Lost))
        {
            Take(token);
            return sent == tolerated ? OpEnd.Done : OpEnd.Failed(Trouble(sent));
        }

        using var given = ct.UnsafeRegister(static (state, ct) =>
        {
            var (dialogue, token) = ((GuestDialogue, long))state!;
            dialogue.Take(token)?.TrySetCanceled(ct);
        }, (this, token));
        return await source.Task.ConfigureAwait(false);
    }

    /// <summary>Hears an answer.</summary>
    public void Hear(GuestMessage message)
    {
        switch (message)
        {
            case GuestAcked acked:
                Take(acked.Token)?.TrySetResult(OpEnd.With(new Payload.Reply(acked.Payload)));
                break;
            case GuestRefused refused:
                Take(refused.Token)?.TrySetResult(OpEnd.Failed(refused.Text));
                break;
            case GuestLost lost:
                Lose(lost.Reason);
                break;
        }
    }

    private void Lose(string reason)
    {
        TaskCompletionSource<OpEnd>[] left;
        lock (_gate)
        {
            _lost = reason;
            left = [.. _asked.Values];
            _asked.Clear();
        }

        Array.ForEach(left, source => source.TrySetResult(OpEnd.Failed(reason)));
    }

    private TaskCompletionSource<OpEnd>? Take(long token)
    {
        lock (_gate)
        {
            return _asked.Remove(token, out var source) ? source : null;
        }
    }

    private static string Trouble(GuestSend sent) => sent switch
    {
        GuestSend.Queued => "",
        GuestSend.NotACommand => "the guest takes no such command",
        GuestSend.Unsupported => "the guest does not support this",
        GuestSend.TooLarge => "the command is larger than the guest takes",
        GuestSend.QueueFull => "too many commands wait for the guest",
        GuestSend.StopUnanswered => "the pod is being stopped",
        GuestSend.PodEnded => "the pod has ended",
        GuestSend.Destroying => "the guest is shutting down",
        GuestSend.Lost => "the connection to the guest is lost",
    };
}
