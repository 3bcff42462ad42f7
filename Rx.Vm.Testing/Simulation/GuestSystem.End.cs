using System.Buffers.Binary;
using Rx.Vm.Guest.Wire;
using K = Rx.Vm.Testing.SimulatedFaultKind;

namespace Rx.Vm.Testing.Simulation;

// How a pod ends, and the guest.
internal sealed partial class GuestSystem
{
    /// <summary>The pod's last byte is with the host: whoever waits for that goes on.</summary>
    public void Drained(PodRun pod)
    {
        if (pod != _pod || !pod.IsDrained)
        {
            return;
        }

        if (_isGoingDown)
        {
            SayGoodbye();
        }
        else if (_isStopping)
        {
            _isStopping = false;
            _pod = null;
            _id = _stopId;

            // A guest of 2015 has no payload here.
            Answer(GuestCode.StopPod, payload: machine.Settings.Features.IsEmpty ? null : ExitCodes(pod.ExitCodes));
        }
        else
        {
            ReportEnd();
        }
    }

    /// <summary>The kernel kills the process of the first container.</summary>
    public void RunOutOfMemory()
    {
        machine.Say("Out of memory: Killed process 1");
        _pod?.RunOutOfMemory();
    }

    /// <summary>A process has ended: told on the control channel, whatever waits on the other.</summary>
    /// <remarks>8 bytes session, 4 code, 4 signal, 4 flags (1 out of memory, 2 timed out), 8 milliseconds.</remarks>
    public void TellEnd(ulong session, int code, int signal, bool isOutOfMemory, bool isTimedOut, TimeSpan life)
    {
        if (machine.Faults.Take(K.ProcessEndLost) is not null)
        {
            return;
        }

        signal = machine.Faults.Take(K.ProcessEndMalformed) is null ? signal : 65;
        var strayed = machine.Faults.Take(K.ProcessEndStray) is not null;
        for (var times = machine.Faults.Take(K.ProcessEndDoubled) is null ? 1 : 2; times > 0; times--)
        {
            var payload = new byte[28];
            BinaryPrimitives.WriteUInt64BigEndian(payload, strayed ? ulong.MaxValue : session);
            BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(8), code);
            BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(12), signal);
            payload[19] = (byte)((isOutOfMemory ? 1 : 0) + (isTimedOut ? 2 : 0));
            BinaryPrimitives.WriteInt64BigEndian(payload.AsSpan(20), (long)life.TotalMilliseconds);
            Send((GuestCode)66, payload);
            code = 255 - code;
        }
    }

    private void ReportEnd()
    {
        if (_isBusy || _isGoingDown || _isReporting || _pod is not { IsDrained: true } pod)
        {
            return;
        }

        _isReporting = true;
        machine.Reach(SimulatedMoment.PodEnded);
        After(machine.Faults.Take(K.FinishLate)?.After ?? TimeSpan.Zero, () =>
        {
            _isReporting = false;
            if (_pod == pod && !_isGoingDown && !_isStopping)
            {
                _pod = null;
                Report(pod);
            }
        });
    }

    private void Report(PodRun pod)
    {
        if (pod.IsReported || machine.Faults.Take(K.FinishLost) is not null)
        {
            return;
        }

        var codes = pod.ExitCodes;
        if (machine.Faults.Take(K.FinishShort) is not null)
        {
            codes = codes[..^1];
        }

        if (machine.Faults.Take(K.FinishLong) is { } fault)
        {
            codes = [.. codes, .. new int[fault.Value ?? 2000]];
        }

        for (var times = machine.Faults.Take(K.FinishDoubled) is null ? 1 : 2; times > 0; times--)
        {
            Send(GuestCode.FinishPod, ExitCodes(codes));
        }
    }

    private void GoDown(byte[]? id)
    {
        machine.Reach(SimulatedMoment.PodDestroying);
        if (machine.Faults.Take(K.AckRefused, NameOf(GuestCode.DestroyPod)) is not null)
        {
            AfterOf(id, machine.Timings.Guest, () => SendAnswer(GuestCode.Error, "simulated refusal"u8.ToArray()));
            return;
        }

        _isGoingDown = true;
        _queue.Clear();
        if (_pod is { } pod)
        {
            pod.Signal(SigKill);
            Drained(pod);
        }
        else
        {
            SayGoodbye();
        }
    }

    private void SayGoodbye()
    {
        var codes = _pod is { IsReported: false } pod ? pod.ExitCodes : [];
        _pod = null;
        var late = machine.Faults.Take(K.AckLate, NameOf(GuestCode.DestroyPod))?.After ?? TimeSpan.Zero;
        After(machine.Timings.Guest + late, () =>
        {
            if (machine.Faults.Take(K.AckLost, NameOf(GuestCode.DestroyPod)) is not null)
            {
                return;
            }

            for (var times = machine.Faults.Take(K.AckDoubled, NameOf(GuestCode.DestroyPod)) is null ? 1 : 2; times > 0; times--)
            {
                Send(GuestCode.FinishPod, ExitCodes(codes));
            }

            machine.Reach(SimulatedMoment.PoweringOff);
            if (!machine.Faults.Has(K.PowerOffIgnored))
            {
                After(machine.Timings.PowerOff, () => machine.End("guest-shutdown", byGuest: true));
            }
        });
    }

    private static byte[] ExitCodes(int[] codes) => ControlFrame.EncodeFinishPod(codes)[ControlFrame.HeaderSize..];
}
