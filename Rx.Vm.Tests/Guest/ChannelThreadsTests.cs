using System.Net.Sockets;
using System.Reactive;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Pods;

namespace Rx.Vm.Tests.Guest;

/// <summary>Both channels over real sockets, on the thread pool, with everything at once.</summary>
public class ChannelThreadsTests
{
    [Fact]
    public async Task Eight_streams_echo_at_once_through_small_windows_and_lose_nothing()
    {
        var ct = TestContext.Current.CancellationToken;
        var (ours, theirs) = FlowControlTests.SocketPair();
        using var guest = new NetworkStream(theirs, ownsSocket: true);
        using var mux = new TtyMux(new NetworkStream(ours, ownsSocket: true));
        var echo = EchoAsync(guest, ct);
        mux.Start();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await Task.Yield();
            var stream = mux.Open(new() { Output = OutputPolicy.WaitAt(8192) });
            stream.StartInput();
            var sent = Seeds.Bytes(200_000);
            var received = new MemoryStream();
            var reading = new ProcessOutput(stream.Output).CopyToAsync(received, ct: ct);
            Assert.True(await stream.WriteInputAsync(sent, ct));
            Assert.True(await stream.CloseInputAsync(ct));
            await reading;
            Assert.Equal(sent, received.ToArray());
            Assert.Equal(new(StreamEndKind.Ended, null), await stream.End.WaitAsync(ct));
        }));
        guest.Dispose();
        Assert.NotEqual(GuestLossKind.Protocol, (await mux.Completion.WaitAsync(ct)).Kind);
        await echo;
    }

    [Fact]
    public async Task Commands_of_four_threads_are_each_answered_once_and_in_order()
    {
        const int each = 500;
        var ct = TestContext.Current.CancellationToken;
        var (ours, theirs) = FlowControlTests.SocketPair();
        using var guest = new NetworkStream(theirs, ownsSocket: true);
        var answered = new List<long>();
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var overlapping = 0;
        var inside = 0;
        var sink = Observer.Create<GuestMessage>(
            message =>
            {
                overlapping = Math.Max(overlapping, Interlocked.Increment(ref inside));
                if (message is GuestAcked acked)
                {
                    answered.Add(acked.Token);
                }

                Interlocked.Decrement(ref inside);
            },
            over.SetResult);
        using var control = new GuestControl(
            new NetworkStream(ours, ownsSocket: true), sink,
            new() { Known = new("rxvm", 1, GuestFeature.All & ~GuestFeature.Ids), MaxCommands = 4 * each });
        control.Start();
        var guestLoop = AnswerAsync(guest, 4 * each, ct);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(
            () =>
            {
                for (var i = 0; i < each; i++)
                {
                    Assert.Equal(GuestSend.Queued, control.Send(GuestCode.WinSize, new byte[i % 50], thread * each + i));
                }
            },
            ct)));
        await guestLoop;
        await over.Task.WaitAsync(ct);
        Assert.Equal(Enumerable.Range(0, 4 * each).Select(i => (long)i), answered.Order());
        for (var thread = 0; thread < 4; thread++)
        {
            var own = answered.Where(t => t / each == thread).ToArray();
            Assert.Equal(own.Order(), own);
        }

        Assert.Equal(1, overlapping);
        Assert.Equal(0, control.StrayFrames);
    }

    private static async Task EchoAsync(NetworkStream guest, CancellationToken ct)
    {
        var scanner = new TtyFrameScanner(WireLimits.TtyPayloadToGuest);
        var buffer = new byte[5000];
        try
        {
            while (await guest.ReadAsync(buffer, ct) is > 0 and var count)
            {
                await guest.WriteAsync(Echo(scanner, buffer.AsSpan(0, count)), ct);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static byte[] Echo(TtyFrameScanner scanner, ReadOnlySpan<byte> input)
    {
        var answer = new List<byte>();
        while (scanner.Next(ref input, out var frame) == FrameScan.Frame)
        {
            answer.AddRange(TtyFrame.Encode(frame.Session, frame.Payload));
        }

        return [.. answer];
    }

    /// <summary>A guest that credits what it reads and acknowledges every command, then leaves.</summary>
    private static async Task AnswerAsync(NetworkStream guest, int commands, CancellationToken ct)
    {
        var scanner = new ControlFrameScanner(WireLimits.ControlFrameToGuest);
        var buffer = new byte[WireLimits.WideControlWindow + 1];
        while (commands > 0)
        {
            var count = await guest.ReadAsync(buffer, ct);
            Assert.InRange(count, 1, WireLimits.WideControlWindow);
            await guest.WriteAsync(ControlFrame.EncodeNext((uint)count), ct);
            for (var acks = Frames(scanner, buffer.AsSpan(0, count)); acks > 0; acks--, commands--)
            {
                await guest.WriteAsync(ControlFrame.Encode(GuestCode.Ack), ct);
            }
        }

        guest.Dispose();
    }

    private static int Frames(ControlFrameScanner scanner, ReadOnlySpan<byte> input)
    {
        var frames = 0;
        while (scanner.Next(ref input, out _) == FrameScan.Frame)
        {
            frames++;
        }

        return frames;
    }
}
