using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Testing.Simulation;

/// <summary>
/// The guest's end of the streams channel: which session is whose, and how much each may send. On the strand. A process that may not send waits
/// with what its pipe does not hold; what the pipe holds when the process ends is sent regardless.
/// </summary>
internal sealed class Terminals(Machine machine, Channel channel)
{
    // What the kernel keeps between a process and whoever reads its output.
    private const int Pipe = 64 << 10;

    private readonly TtyFrameScanner _scanner = new(WireLimits.WideTtyPayloadToGuest);
    private readonly Dictionary<ulong, GuestProcess> _processes = [];
    private readonly Dictionary<ulong, Window> _windows = [];

    /// <summary>Begins to read.</summary>
    public void Start(GuestSystem guest) => channel.Start(bytes => guest.Do(() => OnBytes(bytes.Span)));

    /// <summary>Input of this session is the process's from now on.</summary>
    public void Add(ulong session, GuestProcess process) => _processes[session] = process;

    /// <summary>Nobody's any more.</summary>
    public void Remove(ulong session) => _processes.Remove(session);

    /// <summary>Output of this session waits from now on when it has sent so many bytes, until more are allowed; null: never.</summary>
    public void Limit(ulong session, int? window)
    {
        if (window is { } bytes && !machine.Faults.Has(SimulatedFaultKind.WindowIgnored))
        {
            _windows[session] = new Window { Left = bytes };
        }
    }

    /// <summary>A session may send so many bytes more.</summary>
    public void Widen(ulong session, uint bytes)
    {
        if (_windows.TryGetValue(session, out var window))
        {
            window.Left += bytes;
            Pump(session, window);
        }
    }

    /// <summary>Writes output; <paramref name="done"/> is posted when the host has it.</summary>
    public void Write(ulong session, ReadOnlyMemory<byte> bytes, Action done)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        var window = _windows.GetValueOrDefault(session) ?? new Window { Left = long.MaxValue };
        window.Waiting.Enqueue((bytes, done));
        Pump(session, window);
    }

    /// <summary>The stream's end, behind what its pipe holds.</summary>
    public void End(ulong session)
    {
        if (_windows.Remove(session, out var window))
        {
            window.Left = Pipe;
            Pump(session, window);
        }

        if (machine.Faults.Take(SimulatedFaultKind.EndLost) is null)
        {
            Send(TtyFrame.Encode(session), null);
        }
    }

    /// <summary>The exit code behind the end of a further process.</summary>
    public void Exit(ulong session, int code)
    {
        var frame = machine.Faults.Take(SimulatedFaultKind.ExitFrameShort) is null
            ? TtyFrame.EncodeExit(session, code)
            : TtyFrame.Encode(session, "\0\0\0"u8);
        Send(frame, null);
    }

    /// <summary>Posts <paramref name="flushed"/> when everything written before is with the host.</summary>
    public void WhenFlushed(Action flushed) => channel.WhenFlushed(flushed);

    private void Pump(ulong session, Window window)
    {
        while (window.Left > 0 && window.Waiting.TryPeek(out var next))
        {
            var (bytes, done) = next;
            var part = bytes[..(int)Math.Min(Math.Min(bytes.Length, window.Left), WireLimits.TtyPayloadToHost)];
            window.Left -= part.Length;
            window.Waiting.Dequeue();
            if (part.Length < bytes.Length)
            {
                window.PutBack((bytes[part.Length..], done));
            }

            Send(TtyFrame.Encode(session, part.Span), part.Length < bytes.Length ? null : done);
        }
    }

    private void Send(byte[] frame, Action? done) => channel.Send(machine.Guest.IsMute ? default : frame, done);

    private void OnBytes(ReadOnlySpan<byte> input)
    {
        while (_scanner.Next(ref input, out var frame) == FrameScan.Frame)
        {
            if (!_processes.TryGetValue(frame.Session, out var process))
            {
                // Input for nobody is answered with the end of the stream.
                Send(TtyFrame.Encode(frame.Session), null);
            }
            else if (frame.Payload.IsEmpty)
            {
                process.EndInput();
            }
            else
            {
                process.TakeInput(frame.Payload.ToArray());
            }
        }
    }

    private sealed class Window
    {
        public long Left { get; set; }

        public Queue<(ReadOnlyMemory<byte> Bytes, Action Done)> Waiting { get; private set; } = new();

        public void PutBack((ReadOnlyMemory<byte> Bytes, Action Done) rest) => Waiting = new([rest, .. Waiting]);
    }
}
