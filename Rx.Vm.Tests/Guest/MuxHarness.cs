using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Tests.Guest;

/// <summary>A tty channel with the test as its guest; everything inline.</summary>
internal sealed class MuxHarness
{
    public MuxHarness(TtyMuxOptions? options = null)
    {
        Mux = new(Stream, (options ?? new()) with { IsInline = true });
        Mux.Start();
    }

    public ScriptedStream Stream { get; } = new();

    public TtyMux Mux { get; }

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

    /// <summary>Takes what is there; does not wait.</summary>
    public static byte[] Drain(PipeReader reader)
    {
        var all = new List<byte>();
        while (reader.TryRead(out var result))
        {
            all.AddRange(result.Buffer.ToArray());
            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                break;
            }
        }

        return [.. all];
    }

    public static string Text(PipeReader reader) => Encoding.UTF8.GetString(Drain(reader));

    /// <summary>Whether the output is over and all of it was read.</summary>
    public static bool IsOver(PipeReader reader)
    {
        if (!reader.TryRead(out var result))
        {
            return false;
        }

        reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        return result.IsCompleted && result.Buffer.IsEmpty;
    }

    public static StreamEnd EndOf(GuestStream stream) => Now(stream.End);

    /// <summary>The result of what must have completed by now, on this thread.</summary>
    public static T Now<T>(Task<T> task)
    {
        Assert.True(task.IsCompletedSuccessfully);
        return task.Result;
    }

    public static T Now<T>(ValueTask<T> task) => Now(task.AsTask());
}
