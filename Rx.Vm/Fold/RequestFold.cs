namespace Rx.Vm.Fold;

/// <summary>A request: waits for what its target lets it hope for, for the guest's answer, or for its own time to be over. Answered once.</summary>
internal static class RequestFold
{
    /// <summary>What <paramref name="i"/> makes of <paramref name="s"/>. Never throws; what is late or means nothing changes nothing.</summary>
    public static Transition<RequestCore> Reduce(RequestCore s, Input i) => (s.Verdict, i.Ended) switch
    {
        (Verdict.Open, OpKind.Call) when s.Kind == RequestKind.Call => new(s with { Verdict = i.Ok ? Verdict.Done : Verdict.Failed }),
        (Verdict.Open, OpKind.RequestLimit) => new(s with { Verdict = Verdict.TimedOut }),
        _ => new(s),
    };

    /// <summary>What it makes of its target's outlook, told when all else is quiet.</summary>
    public static RequestCore Hear(RequestCore s, Outlook outlook) => s.Verdict != Verdict.Open ? s : outlook switch
    {
        Outlook.Open => s,
        Outlook.Good => s with { Verdict = Verdict.Done },
        Outlook.Bad => s with { Verdict = Verdict.Failed },
        Outlook.Gone => s with { Verdict = Verdict.Gone },
    };

    /// <summary>What is to be under way for it.</summary>
    public static OpSet Wanted(RequestCore s) => s.Verdict != Verdict.Open ? default
        : s.Kind == RequestKind.Call ? (OpSet)OpKind.Call | OpKind.RequestLimit
        : OpKind.RequestLimit;
}
