using System.Buffers.Binary;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Init.Channels;
using Rx.Vm.Init.Loop;
using Rx.Vm.Init.Native;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Processes;

/// <summary>
/// One process that the host asked for, from its set-up to the last byte of its last stream. Its life: set-up (<see cref="Link"/>), then
/// <see cref="Attach"/>, then in any order exit and end of streams, then <see cref="Done"/>.
/// </summary>
internal sealed class GuestProcess(EventLoop loop, TtyChannel tty, ProcessStart start, int pid, int pidFd, ShimLink link, ParentEnds ends)
{
    /// <summary>How long streams may stay open after the process itself has ended (a background child holds them).</summary>
    private const int LingerMs = 1000;

    private readonly List<OutputStream> _outputs = [];
    private readonly long _begun = Clock.Now;
    private readonly long _pidWatch = loop.WatchOwn(pidFd, Abi.EpollIn, static () => { });
    private int _pidFd = pidFd;
    private int _master = -1;
    private InputStream? _input;
    private bool _attached;
    private bool _abandoned;
    private bool _timedOut;
    private int _signal;
    private LoopTimer? _linger;
    private LoopTimer? _timeout;

    /// <summary>The process id, valid until <see cref="ExitCode"/> is set.</summary>
    public int Pid { get; } = pid;

    /// <summary>The pid namespace that ends with it: a container's; null for an exec, which joins one.</summary>
    public PidNamespace? Namespace { get; init; }

    /// <summary>What a kill reaches; null where the kernel has no cgroups.</summary>
    public ControlGroup? Group { get; init; }

    /// <summary>Told how it ended, once its command ran and it was reaped.</summary>
    public required Action<ProcessEnd> Told { get; init; }

    /// <summary>What was asked for.</summary>
    public ProcessStart Start { get; } = start;

    /// <summary>The set-up's end of the story.</summary>
    public ShimLink Link { get; } = link;

    /// <summary>How it ended, or null.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Whether nothing of it is left in the kernel: it was reaped and so was the namespace that ends with it.</summary>
    public bool Gone => ExitCode is not null && Namespace is not { Gone: false };

    /// <summary>Whether it has ended and its last frame is on its way.</summary>
    public bool Done { get; private set; }

    /// <summary>Whether the tty port should wait for it to read its stdin.</summary>
    public bool InputFull => _input is { Full: true };

    /// <summary>The command runs: connects its streams. Call once, after the answer to the host was queued.</summary>
    public void Attach()
    {
        _attached = true;
        if (ExitCode is not null)
        {
            TellEnd();
        }
        else if (Start.Timeout is { } milliseconds)
        {
            _timeout = loop.After(milliseconds, TimeOut);
        }

        if (Start.Plan.Terminal)
        {
            _master = ends.HasMaster ? ends.TakeMaster() : Link.Take(1);
            Feed(Duplicate(_master));
            Add(Duplicate(_master), Start.Session, Start.Window);
        }
        else
        {
            Feed(ends.TakeInput());
            Add(ends.TakeOutput(), Start.Session, Start.Window);
        }

        if (ends.HasError && Start.Stderr is { } stderr)
        {
            Add(ends.TakeError(), stderr, Start.StderrWindow);
        }

        Advance();
    }

    /// <summary>Hands it host bytes; none mean the end of stdin. Bytes for its stderr session go nowhere.</summary>
    public void Deliver(ulong session, ReadOnlySpan<byte> bytes)
    {
        if (session == Start.Session)
        {
            _input?.Accept(bytes);
        }
    }

    /// <summary>The host allows a stream of it so many bytes more.</summary>
    public void Widen(ulong session, uint bytes)
    {
        _outputs.Find(output => output.Session == session)?.Widen(bytes);
        tty.Pump();
    }

    /// <summary>Sets the size of its terminal, if it has one.</summary>
    public void Resize(ushort rows, ushort columns)
    {
        if (_master >= 0)
        {
            Pty.Resize(_master, rows, columns);
        }
    }

    /// <summary>Sends it a signal, unless it was reaped: until then the number is its own.</summary>
    public void Signal(int number)
    {
        if (ExitCode is null)
        {
            _ = Libc.kill(Pid, number);
        }
    }

    /// <summary>Kills it with everything that it started.</summary>
    public void Kill()
    {
        if (ExitCode is null)
        {
            // Root may have left its group, so it is signalled by its number, too.
            _ = Group?.Kill();
            Signal(Abi.SigKill);
        }
    }

    /// <summary>It was reaped.</summary>
    /// <param name="status">As wait has it.</param>
    public void Exited(int status)
    {
        ExitCode = Rules.ExitCode.FromWaitStatus(status);
        _signal = Rules.ExitCode.SignalOf(status);
        _timeout?.Cancel();
        if (_attached)
        {
            TellEnd();
        }

        Namespace?.Dispose();
        loop.Forget(_pidFd, _pidWatch);
        Fd.Close(ref _pidFd);
        _input?.Dispose();
        foreach (var output in _outputs)
        {
            output.WriterGone();
        }

        _linger = _attached ? loop.After(LingerMs, EndLingering) : null;
        tty.Pump();
    }

    /// <summary>If its command does not run yet, nobody waits for it any more: it is <see cref="Done"/> once it is reaped.</summary>
    public void AbandonSetup() => _abandoned = !_attached;

    /// <summary>Looks whether it is <see cref="Done"/>: exited, every stream ended and, for an exec, the exit frame added.</summary>
    public void Advance()
    {
        if (_abandoned && Gone)
        {
            Done = true;
        }

        if (Done || !Gone || ExitCode is not { } code || !_attached || !_outputs.TrueForAll(o => o.Ended) || !tty.Outbound.HasRoom(sizeof(int)))
        {
            return;
        }

        if (Start is { ExecIn: not null, TellsEnd: false })
        {
            Span<byte> payload = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(payload, code);
            tty.Outbound.Append(Start.Session, payload);
        }

        Done = true;
        _linger?.Cancel();
        Release();
        tty.Pump();
    }

    /// <summary>Closes everything; lingering outputs that are read into nothing stay until their writers go.</summary>
    public void Release()
    {
        _input?.Dispose();
        foreach (var output in _outputs)
        {
            tty.Detach(output);
            if (!output.Ended)
            {
                output.Dispose();
            }
        }

        Link.Dispose();
        ends.Dispose();
        Group?.Dispose();
        Fd.Close(ref _master);
        if (_pidFd >= 0)
        {
            loop.Forget(_pidFd, _pidWatch);
            Fd.Close(ref _pidFd);
        }
    }

    private void TimeOut()
    {
        _timedOut = true;
        Kill();
    }

    /// <summary>At once: nothing that a reader has not taken yet is in its way.</summary>
    private void TellEnd()
    {
        if (Start.TellsEnd)
        {
            var flags = (_timedOut ? ProcessEndFlags.TimedOut : 0) | (Group is { IsOutOfMemory: true } ? ProcessEndFlags.OutOfMemory : 0);
            Told(new(Start.Session, ExitCode!.Value, _signal, flags, Clock.Now - _begun));
        }
    }

    private void Feed(int fd)
    {
        Fd.SetNonBlocking(fd);
        _input = new(loop, fd, Start.Plan.Terminal, tty.Pump);
        if (ExitCode is not null)
        {
            _input.Dispose();
        }
    }

    private void Add(int fd, ulong session, int? window)
    {
        Fd.SetNonBlocking(fd);
        var output = new OutputStream(loop, fd, session, window, tty.Pump);
        _outputs.Add(output);
        tty.Attach(output);
        if (ExitCode is not null)
        {
            output.WriterGone();
            _linger ??= loop.After(LingerMs, EndLingering);
        }
    }

    private void EndLingering()
    {
        foreach (var output in _outputs)
        {
            output.Linger(tty.Outbound);
        }

        if (_outputs.Exists(o => !o.Ended))
        {
            // What waits for a slow host is not lost, only late.
            _linger = loop.After(LingerMs, EndLingering);
        }

        tty.Pump();
    }

    private static int Duplicate(int fd) =>
        SystemCallException.Check(Libc.fcntl(fd, Abi.DuplicateCloseOnExec, 3), "duplicate the terminal");
}
