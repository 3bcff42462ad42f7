using System.Runtime.CompilerServices;
using System.Text;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Tests.Guest;

/// <summary>A tty channel with the test as its guest; everything inline.</summary>
internal sealed class MuxHarness
{
    public MuxHarness(TtyMuxOptions? options = null)
    {
        Mux = new(Stream, (options ?? new()) with { IsInline = true, Grant = (session, bytes) => Granted.Add((session, bytes)) });
        Mux.Start();
    }

    private static readonly ConditionalWeakTable<OutputLog, OutputReader> Readers = [];

    public ScriptedStream Stream { get; } = new();

    public TtyMux Mux { get; }

    /// <summary>The credit that was given, in order.</summary>
    public List<(ulong Session, int Bytes)> Granted { get; } = [];

    /// <summary>One frame from the guest.</summary>
    public void Guest(ulong session, ReadOnlySpan<byte> payload = default) => Stream.Feed(TtyFrame.Encode(session, payload));

    public void Guest(ulong session, string text) => Guest(session, Encoding.UTF8.GetBytes(text));

    /// <summary>The frames that were sent to the guest.</summary>
    public List<(ulong Session, byte[] Payload)> Sent()
    {
        var scanner = new TtyFrameScanner(WireLimits.WideTtyPayloadToGuest);
        ReadOnlySpan<byte> input = Stream.Written;
        var frames = new List<(ulong, byte[])>();
        while (scanner.Next(ref input, out var frame) == FrameScan.Frame)
        {
            frames.Add((frame.Session, frame.Payload.ToArray()));
        }

        Assert.Null(scanner.Fault);
        Assert.Equal(0, scanner.Pending);
        return frames;
    }

    /// <summary>Takes what is there, with one reader from the beginning on; does not wait. Fails where bytes are missing.</summary>
    public static byte[] Drain(OutputLog log)
    {
        var (bytes, missed) = DrainWithGaps(log);
        Assert.Equal(0, missed);
        return bytes;
    }

    /// <summary>The same, and how many bytes are missing.</summary>
    public static (byte[] Bytes, long Missed) DrainWithGaps(OutputLog log, int most = int.MaxValue)
    {
        var all = new List<byte>();
        var missed = 0L;
        var reader = ReaderOf(log);
        while (all.Count < most && reader.Take(Math.Min(most - all.Count, 1 << 20)) is { } piece)
        {
            all.AddRange(piece.Bytes.Span);
            missed += piece.Missed;
        }

        return ([.. all], missed);
    }

    public static string Text(OutputLog log) => Encoding.UTF8.GetString(Drain(log));

    /// <summary>Whether the output is over and all of it was read.</summary>
    public static bool IsOver(OutputLog log) => ReaderOf(log).WaitAsync() is { IsCompletedSuccessfully: true, Result: false };

    /// <summary>The reader leaves.</summary>
    public static void Leave(OutputLog log) => ReaderOf(log).Dispose();

    public static StreamEnd EndOf(GuestStream stream) => Now(stream.End);

    /// <summary>The result of what must have completed by now, on this thread.</summary>
    public static T Now<T>(Task<T> task)
    {
        Assert.True(task.IsCompletedSuccessfully);
        return task.Result;
    }

    public static T Now<T>(ValueTask<T> task) => Now(task.AsTask());

    private static OutputReader ReaderOf(OutputLog log) => Readers.GetValue(log, static log => log.Attach(0));
}
