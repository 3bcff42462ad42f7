using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Testing.Simulation;

/// <summary>The guest's end of the streams channel: which session is whose. On the strand.</summary>
internal sealed class Terminals(Machine machine, Channel channel)
{
    private readonly TtyFrameScanner _scanner = new(WireLimits.WideTtyPayloadToGuest);
    private readonly Dictionary<ulong, GuestProcess> _processes = [];

    /// <summary>Begins to read.</summary>
    public void Start(GuestSystem guest) => channel.Start(bytes => guest.Do(() => OnBytes(bytes.Span)));

    /// <summary>Input of this session is the process's from now on.</summary>
    public void Add(ulong session, GuestProcess process) => _processes[session] = process;

    /// <summary>Nobody's any more.</summary>
    public void Remove(ulong session) => _processes.Remove(session);

    /// <summary>Writes output; <paramref name="done"/> is posted when the host has it.</summary>
    public void Write(ulong session, ReadOnlyMemory<byte> bytes, Action done)
    {
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(bytes.Length, WireLimits.TtyPayloadToHost)];
            bytes = bytes[part.Length..];
            Send(TtyFrame.Encode(session, part.Span), bytes.IsEmpty ? done : null);
        }
    }

    /// <summary>The stream's end.</summary>
    public void End(ulong session)
    {
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
}
