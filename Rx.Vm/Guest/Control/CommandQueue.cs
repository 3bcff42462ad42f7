using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Guest;

/// <summary>
/// The bookkeeping of the control channel: what waits to be sent, what is in flight, what is unanswered, and which commands the guest may
/// be told at all. Pure and single-threaded: <see cref="GuestControl"/> guards it.
/// </summary>
internal sealed class CommandQueue
{
    /// <summary>The command buffer of a 2015 guest: a longer frame ends its loop.</summary>
    private const int OldGuestFrame = 10240;

    private readonly GuestControlOptions _options;
    private readonly List<Command> _unanswered = [];
    private readonly List<Command> _unsent = [];
    private int _unsentBytes;
    private int _foreignCredit;
    private ulong _lastId;
    private bool _destroying;

    public CommandQueue(GuestControlOptions options)
    {
        _options = options;
        _foreignCredit = options.Known?.ControlWindow ?? 0;
        Features = options.Known ?? GuestFeatures.None;
        PodOpen = options.PodRunning;
    }

    /// <summary>What the guest can do; set when it says READY.</summary>
    public GuestFeatures Features { get; set; }

    /// <summary>A pod was started, and neither FINISHPOD, nor an answer to STOPPOD, nor a refusal to start has ended it.</summary>
    public bool PodOpen { get; private set; }

    /// <summary>Bytes that may be sent now.</summary>
    public int Sendable => Math.Min(Features.ControlWindow - InFlight, _unsentBytes);

    /// <summary>Bytes sent that the guest has not credited.</summary>
    public int InFlight { get; private set; }

    /// <summary>Commands that wait for an answer.</summary>
    public int Unanswered => _unanswered.Count;

    /// <summary>Whether a command may be queued, and if so, queues it.</summary>
    public GuestSend Add(GuestCode code, ReadOnlySpan<byte> payload, long token)
    {
        var verdict = Judge(code, payload.Length);
        if (verdict != GuestSend.Queued)
        {
            return verdict;
        }

        var command = Features.Has(GuestFeature.Ids)
            ? new Command(code, token, ControlFrame.Encode(GuestCode.Request, NumberedFrame.Encode(++_lastId, code, payload))) { Id = _lastId }
            : new Command(code, token, ControlFrame.Encode(code, payload));
        _unanswered.Add(command);

        // Whether the guest is alive is no matter of what waits to be sent; only a frame that has begun goes first.
        _unsent.Insert(code == GuestCode.Ping && command.Id != 0 ? _unsent is [{ Sent: > 0 }, ..] ? 1 : 0 : _unsent.Count, command);
        _unsentBytes += command.Frame.Length;
        _destroying |= code == GuestCode.DestroyPod;
        PodOpen |= code == GuestCode.StartPod;
        return GuestSend.Queued;
    }

    /// <summary>
    /// Queues a WINDOW, which is never answered. One per session waits at most: more credit is added to it, so that a guest that does not
    /// read can't make the queue grow.
    /// </summary>
    public void Grant(ulong session, long bytes)
    {
        var waiting = _unsent.Find(c => c.Code == GuestCode.Window && c.Sent == 0 && c.Token == (long)session);
        if (waiting is not null)
        {
            ControlFrame.TryReadWindow(waiting.Frame.AsSpan(ControlFrame.HeaderSize), out _, out var before);
            _unsentBytes -= waiting.Frame.Length;
            _unsent.Remove(waiting);
            bytes += before;
        }

        var payload = ControlFrame.EncodeWindow(session, (uint)Math.Min(bytes, uint.MaxValue));
        var command = new Command(GuestCode.Window, (long)session, ControlFrame.Encode(GuestCode.Window, payload));
        _unsent.Add(command);
        _unsentBytes += command.Frame.Length;
    }

    /// <summary>
    /// Moves what the window allows into <paramref name="window"/> and counts it as in flight. Frames may be cut anywhere.
    /// </summary>
    public int Take(Span<byte> window)
    {
        var room = Math.Min(Sendable, window.Length);
        var taken = 0;
        while (taken < room && _unsent.Count > 0)
        {
            var command = _unsent[0];
            var count = Math.Min(room - taken, command.Frame.Length - command.Sent);
            command.Frame.AsSpan(command.Sent, count).CopyTo(window[taken..]);
            command.Sent += count;
            taken += count;
            if (command.IsSent)
            {
                _unsent.RemoveAt(0);
            }
        }

        InFlight += taken;
        _unsentBytes -= taken;
        return taken;
    }

    /// <summary>The guest has read <paramref name="bytes"/> more bytes. False: more than it was ever sent.</summary>
    public bool Credit(uint bytes)
    {
        var own = (int)Math.Min(bytes, (uint)InFlight);
        var foreign = bytes - own;
        if (foreign > _foreignCredit)
        {
            return false;
        }

        InFlight -= own;
        _foreignCredit -= (int)foreign;
        return true;
    }

    /// <summary>
    /// An ACK or ERROR: it belongs to the command with the id, or without one to the oldest unanswered that has none. Null: there is no such
    /// command that the guest has seen whole.
    /// </summary>
    public Command? Answer(bool refused, ulong id = 0)
    {
        var command = _unanswered.Find(c => c.Id == id);
        if (command is not { IsSent: true })
        {
            return null;
        }

        _unanswered.Remove(command);
        _destroying &= !(refused && command.Code == GuestCode.DestroyPod);
        PodOpen &= refused ? command.Code != GuestCode.StartPod : command.Code != GuestCode.StopPod;
        return command;
    }

    /// <summary>
    /// A FINISHPOD: whether it is news of a pod, and the DESTROYPOD that it answers as well. An unanswered STOPPOD is settled by it: a 2015
    /// guest never answers that, a later one does and its answer is not told again.
    /// </summary>
    public (bool IsNews, Command? Destroyed) Finish()
    {
        var isNews = PodOpen && !_unsent.Exists(c => c.Code == GuestCode.StartPod);
        PodOpen &= !isNews;
        var destroyed = _unanswered.Find(c => c.Code == GuestCode.DestroyPod && c.IsSent);
        if (destroyed is not null)
        {
            _unanswered.Remove(destroyed);
        }

        if (isNews && _unanswered.Find(c => c.Code == GuestCode.StopPod) is { } stop)
        {
            Settle(stop);
        }

        return (isNews, destroyed);
    }

    private void Settle(Command stop)
    {
        stop.IsSettled = true;
        var unbegun = stop.Sent == 0;
        if (unbegun)
        {
            _unsent.Remove(stop);
            _unsentBytes -= stop.Frame.Length;
        }

        if (unbegun || Features == GuestFeatures.None)
        {
            _unanswered.Remove(stop);
        }
    }

    private GuestSend Judge(GuestCode code, int payloadLength) => code switch
    {
        not (GuestCode.StartPod or GuestCode.StopPod or GuestCode.DestroyPod or GuestCode.ExecCmd or GuestCode.Ready or GuestCode.WinSize
            or GuestCode.Ping or GuestCode.GetVersion or GuestCode.NewContainer or GuestCode.KillContainer or GuestCode.SignalExec
            or GuestCode.SignalProcess) => GuestSend.NotACommand,
        _ when (code != GuestCode.Ping || !Features.Has(GuestFeature.Ids)) && _unanswered.Exists(c => c.Code == GuestCode.StopPod && !c.IsSettled) =>
            GuestSend.StopUnanswered,
        _ when _destroying => GuestSend.Destroying,
        GuestCode.StopPod when !PodOpen => GuestSend.PodEnded,
        GuestCode.SignalExec when !Features.Has(GuestFeature.ExecSignal) => GuestSend.Unsupported,
        GuestCode.KillContainer when !Features.Has(GuestFeature.Signal) => GuestSend.Unsupported,
        _ when payloadLength > MaxFrame - ControlFrame.HeaderSize - (Features.Has(GuestFeature.Ids) ? NumberedFrame.HeaderSize : 0) => GuestSend.TooLarge,
        _ when _unanswered.Count >= _options.MaxCommands => GuestSend.QueueFull,
        _ when _unsentBytes + payloadLength + ControlFrame.HeaderSize > _options.MaxQueuedBytes => GuestSend.QueueFull,
        _ => GuestSend.Queued,
    };

    private int MaxFrame => Features == GuestFeatures.None ? OldGuestFrame : WireLimits.ControlFrameToGuest;

    /// <summary>One command on its way.</summary>
    internal sealed class Command(GuestCode code, long token, byte[] frame)
    {
        public GuestCode Code { get; } = code;

        public long Token { get; } = token;

        /// <summary>What the answer names; 0: the answer is in its turn.</summary>
        public ulong Id { get; init; }

        public byte[] Frame { get; private set; } = frame;

        public int Sent
        {
            get;
            set
            {
                field = value;
                if (value == Frame.Length)
                {
                    // A sent STARTPOD may be a megabyte with secrets in it; nobody needs it while the answer is awaited.
                    IsSent = true;
                    Frame = [];
                }
            }
        }

        /// <summary>The guest can have seen the whole frame: only then can an answer be for it.</summary>
        public bool IsSent { get; private set; }

        /// <summary>What the answer would say is known already; it is awaited, to keep the order, and not told.</summary>
        public bool IsSettled { get; set; }
    }
}
