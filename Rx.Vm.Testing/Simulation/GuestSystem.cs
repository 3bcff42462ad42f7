using System.Buffers.Binary;
using System.Text.Json;
using Rx.Vm.Guest.Wire;
using K = Rx.Vm.Testing.SimulatedFaultKind;

namespace Rx.Vm.Testing.Simulation;

/// <summary>
/// The guest's init: READY, credit, commands one at a time and in order, the pod's end. On the strand. What each command does is in the
/// other
/// part of the class.
/// </summary>
internal sealed partial class GuestSystem(Machine machine, Channel control, Terminals terminals)
{
    private readonly ControlFrameScanner _scanner = new(WireLimits.ControlFrameToGuest);
    private readonly Queue<(GuestCode Code, byte[] Payload, byte[]? Id)> _queue = new();
    private readonly Queue<Action> _asleep = new();
    private bool _isCreditWithheld;
    private bool _isBusy;

    // Of the command at hand; null: it came without.
    private byte[]? _id;
    private byte[]? _stopId;

    /// <summary>Whether the processors are stopped.</summary>
    public bool IsAsleep { get; private set; }

    /// <summary>Whether it hangs.</summary>
    public bool IsMute { get; private set; }

    /// <summary>The machine.</summary>
    public Machine Machine => machine;

    /// <summary>Begins to boot.</summary>
    public void Start()
    {
        control.Start(bytes => Do(() => OnBytes(bytes.Span)));
        terminals.Start(this);
        machine.Say("[    0.000000] Linux version 0.0.0-simulated");
        if (!machine.Faults.Has(K.ReadyMissing))
        {
            After(machine.Timings.Boot, () =>
            {
                machine.Say("init: ready");
                SayReady();
                machine.Reach(SimulatedMoment.Booted);
            });
        }
    }

    /// <summary>Runs <paramref name="work"/> unless the guest is dead or hangs; when it sleeps, once it is awake.</summary>
    public void Do(Action work)
    {
        if (!machine.IsAlive || IsMute)
        {
            return;
        }

        if (IsAsleep)
        {
            _asleep.Enqueue(work);
        }
        else
        {
            work();
        }
    }

    /// <summary>Runs <paramref name="work"/> later, under the same conditions.</summary>
    public IDisposable After(TimeSpan time, Action work) => machine.Strand.After(time, () => Do(work));

    /// <summary>READY.</summary>
    public void SayReady()
    {
        var payload = machine.Settings.Features.IsEmpty ? [] : JsonSerializer.SerializeToUtf8Bytes(
            new ReadyPayload { Init = "simulated", Version = 1, Features = [.. machine.Settings.Features] }, WireJson.Default.ReadyPayload);
        Send(GuestCode.Ready, machine.Faults.Take(K.ReadyMalformed) is null ? payload : "[1"u8);
    }

    /// <summary>Hangs from now on.</summary>
    public void Mute() => IsMute = true;

    /// <summary>Gives no credit from now on.</summary>
    public void WithholdCredit() => _isCreditWithheld = true;

    /// <summary>The processors stop.</summary>
    public void FallAsleep() => IsAsleep = true;

    /// <summary>The processors go on; what came meanwhile happens now.</summary>
    public void WakeUp()
    {
        IsAsleep = false;
        while (!IsAsleep && _asleep.TryDequeue(out var work))
        {
            Do(work);
        }
    }

    private static string NameOf(GuestCode code) => code.ToString().ToUpperInvariant();

    private void OnBytes(ReadOnlySpan<byte> input)
    {
        if (!_isCreditWithheld)
        {
            control.Send(ControlFrame.EncodeNext((uint)input.Length));
        }

        while (_scanner.Next(ref input, out var frame) == FrameScan.Frame)
        {
            if (ControlFrame.TryReadWindow(frame.Payload, out var session, out var bytes) && frame.Code == GuestCode.Window)
            {
                terminals.Widen(session, bytes);
            }
            else if ((uint)frame.Code == 67 && frame.Payload.Length >= 12)
            {
                // 8 bytes id, 4 code, and what such a frame has.
                var code = (GuestCode)BinaryPrimitives.ReadUInt32BigEndian(frame.Payload[8..]);
                Take(code, frame.Payload[12..].ToArray(), frame.Payload[..8].ToArray());
            }
            else
            {
                Take(frame.Code, frame.Payload.ToArray(), null);
            }
        }

        Advance();
    }

    private void Take(GuestCode code, byte[] payload, byte[]? id)
    {
        if (code == GuestCode.DestroyPod && !_isGoingDown)
        {
            // Overtakes everything: a machine whose pod hangs must still be able to end.
            GoDown(id);
        }
        else if (id is not null && !_isGoingDown && code is not (GuestCode.StartPod or GuestCode.StopPod))
        {
            // Beside whatever else goes on.
            _id = id;
            Begin(code, payload);
        }
        else if (!_isGoingDown)
        {
            _queue.Enqueue((code, payload, id));
        }
    }

    private void Advance()
    {
        while (!_isBusy && !_isGoingDown && _queue.TryDequeue(out var command))
        {
            _isBusy = true;
            _id = command.Id;
            Begin(command.Code, command.Payload);
        }

        ReportEnd();
    }

    private void Begin(GuestCode code, byte[] payload)
    {
        if (MomentOf(code) is { } moment)
        {
            machine.Reach(moment);
        }

        if (machine.Faults.Take(K.AckRefused, NameOf(code)) is not null)
        {
            Later(code, () => Answer(code, "simulated refusal"));
            return;
        }

        try
        {
            Handle(code, payload);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            Answer(code, "the payload is not the documented JSON");
        }
    }

    private static SimulatedMoment? MomentOf(GuestCode code) => code switch
    {
        GuestCode.StartPod => SimulatedMoment.PodStarting,
        GuestCode.StopPod => SimulatedMoment.PodStopping,
        GuestCode.ExecCmd => SimulatedMoment.ExecStarting,
        GuestCode.Ready => SimulatedMoment.Rescanning,
        GuestCode.Ping => SimulatedMoment.Pinged,
        _ => null,
    };

    /// <summary>Goes on with a command after its time, unless the guest is on its way out by then.</summary>
    private void Later(GuestCode code, Action work, TimeSpan? time = null)
    {
        var late = machine.Faults.Take(K.AckLate, NameOf(code))?.After ?? TimeSpan.Zero;
        AfterOf(_id, (time ?? machine.Timings.Guest) + late, () =>
        {
            if (!_isGoingDown)
            {
                work();
            }
        });
    }

    /// <summary>Goes on with the command of that id: others may have been at hand meanwhile.</summary>
    private void AfterOf(byte[]? id, TimeSpan time, Action work) => After(time, () =>
    {
        _id = id;
        work();
    });

    /// <summary>Answers the command at hand, does what follows its answer, and takes the next one.</summary>
    private void Answer(GuestCode code, string? error = null, byte[]? payload = null, Action? then = null)
    {
        var name = NameOf(code);
        if (machine.Faults.Take(K.AckLost, name) is null)
        {
            var times = machine.Faults.Take(K.AckDoubled, name) is null ? 1 : 2;
            for (var i = 0; i < times; i++)
            {
                SendAnswer(error is null ? GuestCode.Ack : GuestCode.Error, error is null ? payload : System.Text.Encoding.UTF8.GetBytes(error));
            }
        }

        _isBusy &= _id is not null && code is not (GuestCode.StartPod or GuestCode.StopPod);
        then?.Invoke();
        Advance();
    }

    private void SendAnswer(GuestCode code, byte[]? payload)
    {
        if (_id is null)
        {
            Send(code, payload);
        }
        else
        {
            Send((GuestCode)68, [.. _id, 0, 0, 0, (byte)code, .. payload ?? []]);
        }
    }

    /// <summary>Answers what nobody asked for.</summary>
    public void AnswerNothing()
    {
        _id = machine.Settings.Features.Contains("ids") ? [0xff, 0, 0, 0, 0, 0, 0, 1] : null;
        SendAnswer(GuestCode.Ack, null);
    }

    private void Send(GuestCode code, ReadOnlySpan<byte> payload) => control.Send(ControlFrame.Encode(code, payload));
}
