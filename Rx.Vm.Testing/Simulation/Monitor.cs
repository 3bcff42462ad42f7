using System.Text;
using System.Text.Json;
using K = Rx.Vm.Testing.SimulatedFaultKind;

namespace Rx.Vm.Testing.Simulation;

/// <summary>
/// The machine's QMP monitor: greeting, capabilities, one command at a time in order, each answered after its time. On the strand.
/// <code>
/// bytes ─► JSON values ─► queue ─► (time of the command) ─► carried out ─► reply
///                                                             └─► DEVICE_DELETED, STOP, SHUTDOWN … when due
/// </code>
/// </summary>
internal sealed partial class Monitor(Machine machine, Channel channel)
{
    private const int MaxBuffered = 1 << 20;
    private const string Version = """{"qemu": {"micro": 0, "minor": 0, "major": 9}, "package": "simulated"}""";

    private readonly Queue<Command> _queue = new();
    private readonly DiskTable _disks = new();
    private byte[] _buffer = [];
    private bool _busy;
    private bool _mute;
    private bool _negotiated;

    /// <summary>What is plugged in.</summary>
    public DiskTable Disks => _disks;

    /// <summary>Greets and begins to read.</summary>
    public void Start()
    {
        channel.Start(OnBytes);
        if (machine.Faults.Has(K.GreetingMissing))
        {
            _mute = true;
            return;
        }

        machine.Strand.After(machine.Timings.Greeting, () => Write(machine.Faults.Has(K.GreetingMalformed)
            ? "220 ready\r\n"
            : $$$"""{"QMP": {"version": {{{Version}}}, "capabilities": ["oob"]}}""" + "\r\n"));
    }

    /// <summary>Answers nothing from now on.</summary>
    public void Mute() => _mute = true;

    /// <summary>Sends an event.</summary>
    public void Tell(string name, string data = "")
    {
        if (_negotiated)
        {
            var at = machine.Elapsed;
            var time = $$"""{"seconds": {{(long)at.TotalSeconds}}, "microseconds": {{at.Ticks / 10 % 1_000_000}}}""";
            var inner = data.Length == 0 ? "" : $", \"data\": {data}";
            Write($$"""{"timestamp": {{time}}, "event": "{{name}}"{{inner}}}""" + "\r\n");
        }
    }

    /// <summary>Sends anything.</summary>
    public void Write(string text) => channel.Send(Encoding.UTF8.GetBytes(text));

    private void OnBytes(ReadOnlyMemory<byte> bytes)
    {
        _buffer = [.. _buffer, .. bytes.Span];
        while (machine.IsAlive && Next() is { } command)
        {
            _queue.Enqueue(command);
        }

        if (_buffer.Length > MaxBuffered)
        {
            channel.HangUp();
            _buffer = [];
        }

        Advance();
    }

    private Command? Next()
    {
        try
        {
            var reader = new Utf8JsonReader(_buffer, isFinalBlock: false, state: default);
            if (!JsonDocument.TryParseValue(ref reader, out var document))
            {
                return null;
            }

            _buffer = _buffer[(int)reader.BytesConsumed..];
            return Command.Read(document.RootElement);
        }
        catch (JsonException)
        {
            _buffer = [];
            Write("""{"error": {"class": "GenericError", "desc": "JSON parse error, invalid keyword"}}""" + "\r\n");
            return null;
        }
    }

    private void Advance()
    {
        if (_busy || _mute || !machine.IsAlive || !_queue.TryDequeue(out var command))
        {
            return;
        }

        _busy = true;
        Announce(command.Name);
        var late = machine.Faults.Take(K.ReplyLate, command.Name)?.After ?? TimeSpan.Zero;
        machine.Strand.After(TimeOf(command.Name) + late, () =>
        {
            _busy = false;
            if (machine.IsAlive && !_mute)
            {
                Execute(command);
                Advance();
            }
        });
    }

    private void Announce(string name)
    {
        SimulatedMoment? moment = name switch
        {
            "blockdev-add" => SimulatedMoment.DiskAdding,
            "device_del" => SimulatedMoment.DiskRemoving,
            "quit" => SimulatedMoment.Quitting,
            _ => null,
        };
        if (moment is { } m)
        {
            machine.Reach(m);
        }
    }

    private TimeSpan TimeOf(string name) => name == "device_add" ? machine.Timings.DeviceAdd : machine.Timings.Monitor;
}
