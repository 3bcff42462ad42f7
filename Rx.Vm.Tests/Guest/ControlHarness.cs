using System.Buffers.Binary;
using System.Text;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Tests.Guest;

/// <summary>A control channel with the test as its guest and as its sink.</summary>
internal sealed class ControlHarness : IObserver<GuestMessage>
{
    /// <summary>With a guest that counts on 512 bytes at once and answers in order, as all but the youngest do.</summary>
    public ControlHarness(
        GuestControlOptions? options = null, bool ready = true, GuestFeature features = GuestFeature.All & ~(GuestFeature.Wide | GuestFeature.Ids))
    {
        Control = new(Stream, this, options);
        Control.Start();
        if (ready)
        {
            Guest(GuestCode.Ready, new GuestFeatures("rxvm", 1, features).ToPayload());
            Messages.Clear();
        }
    }

    public ScriptedStream Stream { get; } = new();

    public GuestControl Control { get; }

    public List<GuestMessage> Messages { get; } = [];

    public int Completions { get; private set; }

    public Action<GuestMessage>? Reaction { get; set; }

    /// <summary>One frame from the guest.</summary>
    public void Guest(GuestCode code, ReadOnlySpan<byte> payload = default) => Stream.Feed(ControlFrame.Encode(code, payload));

    public void Guest(GuestCode code, string text) => Guest(code, Encoding.UTF8.GetBytes(text));

    public void Credit(int bytes) => Stream.Feed(ControlFrame.EncodeNext((uint)bytes));

    /// <summary>The guest reads whatever it is sent, at once.</summary>
    public ControlHarness Reading()
    {
        Stream.OnWrite = bytes => Credit(bytes.Length);
        return this;
    }

    public GuestSend Send(GuestCode code, int token, int payload = 0) => Control.Send(code, new byte[payload], token);

    public GuestMessage Single()
    {
        var message = Assert.Single(Messages);
        Messages.Clear();
        return message;
    }

    public GuestLost Lost()
    {
        var lost = Assert.IsType<GuestLost>(Messages[^1]);
        Assert.Single(Messages.OfType<GuestLost>());
        Assert.Equal(1, Completions);
        return lost;
    }

    public static List<(GuestCode Code, int Length)> Frames(byte[] bytes)
    {
        var frames = new List<(GuestCode, int)>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at + 4));
            frames.Add(((GuestCode)BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at)), length));
            at += length;
        }

        return frames;
    }

    void IObserver<GuestMessage>.OnNext(GuestMessage value)
    {
        Messages.Add(value);
        Reaction?.Invoke(value);
    }

    void IObserver<GuestMessage>.OnCompleted() => Completions++;

    void IObserver<GuestMessage>.OnError(Exception error) => Assert.Fail("the sink is never sent OnError: " + error);
}
