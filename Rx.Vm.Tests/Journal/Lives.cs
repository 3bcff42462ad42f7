using System.Collections.Immutable;
using Rx.Vm.Journal;
using Rx.Vm.Lifecycle;
using Rx.Vm.Tests.Lifecycle.Search;

namespace Rx.Vm.Tests.Journal;

/// <summary>Recorded lives to write, read, damage and replay.</summary>
internal static class Lives
{
    public static byte[] Salt { get; } = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];

    /// <summary>What a machine's journal would hold after these steps.</summary>
    public static JournalRecording Record(IReadOnlyList<VmStep> steps)
    {
        var fold = steps[0].Fold;
        var header = new JournalHeader
        {
            VmId = fold.State.VmId,
            Keep = fold.Core.Keep,
            Timeouts = fold.Timeouts,
            CreatedAt = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_567),
        };
        return new JournalRecording(header, [.. steps.Skip(1).Select(JournalEntry.Of)]);
    }

    /// <summary>A random life of the machine, by its seed.</summary>
    public static (List<VmStep> Steps, JournalRecording Recording) Random(int seed, int length)
    {
        var random = new Random(seed);
        var steps = RandomLife.Run(RandomLife.Next(random, length), seed % 2 == 0 ? KeepMode.None : KeepMode.AfterFinish);
        return (steps, Record(steps));
    }

    public static byte[] Bytes(JournalRecording recording, byte[]? salt = null)
    {
        var stream = new MemoryStream();
        JournalFile.Write(stream, recording, salt ?? Salt);
        return stream.ToArray();
    }

    public static JournalRecording Read(ReadOnlySpan<byte> bytes) => JournalFile.Read(new MemoryStream(bytes.ToArray()), "the journal");

    /// <summary>Where the records of a sound journal begin; the last offset is its length.</summary>
    public static ImmutableArray<int> Records(ReadOnlySpan<byte> bytes)
    {
        var offsets = ImmutableArray.CreateBuilder<int>();
        var offset = JournalFormat.PreambleBytes;
        while (offset < bytes.Length)
        {
            offsets.Add(offset);
            offset += JournalFormat.LengthBytes + JournalFormat.Length(bytes[offset..])!.Value + JournalFormat.SealBytes;
        }

        offsets.Add(offset);
        return offsets.ToImmutable();
    }
}
