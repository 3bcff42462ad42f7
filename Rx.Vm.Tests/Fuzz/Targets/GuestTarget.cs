using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Tests.Campaign;
using Rx.Vm.Tests.Guest;

namespace Rx.Vm.Tests.Fuzz.Targets;

/// <summary>
/// The whole control channel with commands on their way: whatever the guest sends, the machine hears the same however it is cut, and in
/// the end, once, that the channel is gone; a command is answered once at most.
/// </summary>
internal sealed class GuestTarget : FuzzTarget
{
    public override string Name => "guest";

    public override int Cost => 5;

    public override (int PerByte, int Floor) Allocations => (4096, 1 << 20);

    protected override IEnumerable<string> Dictionary => ControlGrammar.Words;

    public override void Generate(ref Dice dice, FuzzInput input) => ControlGrammar.Frames(ref dice, input, Words);

    public override uint Run(byte cuts, ReadOnlySpan<byte> input)
    {
        var whole = Hear(0, input);
        var pieces = Hear(cuts, input);
        FuzzFailure.UnlessEqual(whole.Count, pieces.Count, "messages of cut input");
        for (var i = 0; i < whole.Count; i++)
        {
            FuzzFailure.UnlessEqual(whole[i], pieces[i], "a message of cut input");
        }

        return whole.Aggregate(0u, (kinds, message) => kinds * 31 + message[0]);
    }

    private static List<string> Hear(byte cuts, ReadOnlySpan<byte> input)
    {
        var guest = new ControlHarness(new GuestControlOptions { MaxStrayFrames = 8 }, ready: false);
        using var control = guest.Control;
        GuestCode[] sent = [GuestCode.StartPod, GuestCode.Ping, GuestCode.ExecCmd, GuestCode.StopPod];
        for (var token = 0; token < sent.Length; token++)
        {
            guest.Send(sent[token], token, payload: 20);
        }

        var pieces = new Cuts(cuts, input);
        while (pieces.Next(out var piece))
        {
            guest.Stream.Feed(piece);
        }

        guest.Stream.End();
        FuzzFailure.UnlessEqual(1, guest.Completions, "completions");
        FuzzFailure.Unless(guest.Messages[^1] is GuestLost);
        FuzzFailure.UnlessEqual(1, guest.Messages.Count(m => m is GuestLost), "losses");
        FuzzFailure.Unless(guest.Messages.Count(m => m is PodFinished) <= 1);
        FuzzFailure.Unless(guest.Messages.Count(m => m is GuestReady) <= 1);
        var answered = guest.Messages.Select(Token).Where(token => token >= 0).ToList();
        FuzzFailure.UnlessEqual(answered.Count, answered.Distinct().Count(), "commands answered");
        return [.. guest.Messages.Select(Tell)];
    }

    private static long Token(GuestMessage message) => message switch
    {
        GuestAcked acked => acked.Token,
        GuestRefused refused => refused.Token,
        _ => -1,
    };

    private static string Tell(GuestMessage message)
    {
        switch (message)
        {
            case GuestAcked acked:
                return $"A {acked.Code} {acked.Token} {Convert.ToHexString(acked.Payload.Span)}";
            case GuestRefused refused:
                ControlTarget.CheckHarmless(refused.Text, WireLimits.ErrorText + 1);
                return $"R {refused.Code} {refused.Token} {refused.Text}";
            case GuestLost lost:
                ControlTarget.CheckHarmless(lost.Reason, 300);
                return $"L {lost.Kind} {lost.Reason}";
            default:
                return message is PodFinished or GuestProcessEnded ? $"F {message}" : $"G {message}";
        }
    }
}
