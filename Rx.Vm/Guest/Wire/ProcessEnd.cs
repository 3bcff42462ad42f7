using System.Buffers.Binary;

namespace Rx.Vm.Guest.Wire;

/// <summary>The payload of PROCESSEND: how a process ended. 28 bytes, big-endian, in this order.</summary>
/// <param name="Session">The main session of the process: 8 bytes.</param>
/// <param name="Code">Its exit code as FINISHPOD has it, 0 to 255: 4 bytes.</param>
/// <param name="Signal">The signal that killed it, 1 to 64, or 0: 4 bytes.</param>
/// <param name="Flags">What led to it: 4 bytes.</param>
/// <param name="Milliseconds">Its life, from the begin of its set-up on the guest's clock: 8 bytes.</param>
internal readonly record struct ProcessEnd(ulong Session, int Code, int Signal, ProcessEndFlags Flags, long Milliseconds)
{
    /// <summary>Bytes of the payload.</summary>
    public const int Size = 28;

    /// <summary>The payload.</summary>
    public byte[] Encode()
    {
        var payload = new byte[Size];
        BinaryPrimitives.WriteUInt64BigEndian(payload, Session);
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(8), Code);
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(12), Signal);
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(16), (uint)Flags);
        BinaryPrimitives.WriteInt64BigEndian(payload.AsSpan(20), Milliseconds);
        return payload;
    }

    /// <summary>Reads a payload; flags that nobody knows are left out.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public static string? Read(ReadOnlySpan<byte> payload, out ProcessEnd end)
    {
        end = default;
        if (payload.Length != Size)
        {
            return $"PROCESSEND with {payload.Length} bytes instead of {Size}";
        }

        var read = new ProcessEnd(
            BinaryPrimitives.ReadUInt64BigEndian(payload),
            BinaryPrimitives.ReadInt32BigEndian(payload[8..]),
            BinaryPrimitives.ReadInt32BigEndian(payload[12..]),
            (ProcessEndFlags)BinaryPrimitives.ReadUInt32BigEndian(payload[16..]) & ProcessEndFlags.All,
            BinaryPrimitives.ReadInt64BigEndian(payload[20..]));
        var fault = read switch
        {
            { Code: < 0 or > 255 } => $"PROCESSEND with the exit code {read.Code}",
            { Signal: < 0 or > 64 } => $"PROCESSEND with the signal {read.Signal}",
            { Milliseconds: < 0 or > WireLimits.ProcessMilliseconds } => $"PROCESSEND with a life of {read.Milliseconds} milliseconds",
            _ => null,
        };
        end = fault is null ? read : default;
        return fault;
    }
}
