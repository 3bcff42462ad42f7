using Rx.Vm.Devices;
using Rx.Vm.Journal;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Tests.Journal;

/// <summary>Whatever differs in a step shows in its digest.</summary>
public class StepDigestTests
{
    private static readonly VmStep Sample = Lives.Random(5, 30).Steps.First(s => s.Fold.Deadlines.Length > 0 && s.Fold.Pending.Count > 0);

    private static readonly Answer Reply = new(3, AnswerKind.Completed, VmPhase.Running);

    public static TheoryData<string> Changes => [.. Variants.Keys];

    private static Dictionary<string, VmStep> Variants => new()
    {
        ["phase"] = Core(c => c with { Phase = VmPhase.Gone }),
        ["flags"] = Core(c => c with { Flags = c.Flags ^ VmFlags.QuitSent }),
        ["devices of the core"] = Core(c => c with { Devices = DeviceSet.Adding(16) }),
        ["sequence"] = In(s => s with { Sequence = s.Sequence + 1 }),
        ["time"] = In(s => s with { At = s.At + TimeSpan.FromTicks(1) }),
        ["shown phase"] = In(s => s with { Phase = VmPhase.Gone }),
        ["reason"] = In(s => s with { Reason = VmReason.InternalError }),
        ["message"] = In(s => s with { Message = "x" }),
        ["empty message"] = In(s => s with { Message = "" }),
        ["pod"] = In(s => s with { PodId = "other" }),
        ["label"] = In(s => s with { Labels = new([new("a", "b")]) }),
        ["another label"] = In(s => s with { Labels = new([new("ab", "")]) }),
        ["two labels"] = In(s => s with { Labels = new([new("a", "b"), new("c", "")]) }),
        ["codes"] = In(s => s with { ExitCodes = new([1, 2]) }),
        ["other codes"] = In(s => s with { ExitCodes = new([2, 1]) }),
        ["machine"] = In(s => s with { Machine = "other" }),
        ["resources"] = In(s => s with { ResourcesLost = !s.ResourcesLost }),
        ["steps"] = Sample with { Number = 0 },
        ["deadline's id"] = Fold(f => f with { Deadlines = [f.Deadlines[0] with { Id = 1 }, .. f.Deadlines[1..]] }),
        ["no deadlines"] = Fold(f => f with { Deadlines = [] }),
        ["no request"] = Fold(f => f with { Pending = f.Pending.Clear() }),
        ["another request"] = Fold(f => f with { Pending = f.Pending.SetItem(99, VmEventKind.CallRequested) }),
        ["effects"] = Sample with { Effects = Sample.Effects ^ VmEffects.SendPing },
        ["devices"] = Sample with { Devices = new SlotSet(0x8000) },
        ["answer"] = Sample with { Answers = [Reply] },
        ["another answer"] = Sample with { Answers = [Reply with { Kind = AnswerKind.Failed }] },
        ["answer's message"] = Sample with { Answers = [Reply with { Message = "x" }] },
        ["published"] = Sample with { Published = !Sample.Published },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_change_shows(string change) => Assert.NotEqual(StepDigest.Of(Sample), StepDigest.Of(Variants[change]));

    [Fact]
    public void All_of_them_differ() => Assert.Equal(Variants.Count, Variants.Values.Select(StepDigest.Of).Distinct().Count());

    [Fact]
    public void The_order_in_which_requests_came_does_not_matter_to_it()
    {
        var pending = Sample.Fold.Pending.Clear().Add(1, VmEventKind.CallRequested).Add(2, VmEventKind.StopPodRequested);
        var turned = Sample.Fold.Pending.Clear().Add(2, VmEventKind.StopPodRequested).Add(1, VmEventKind.CallRequested);
        var swapped = Sample.Fold.Pending.Clear().Add(1, VmEventKind.StopPodRequested).Add(2, VmEventKind.CallRequested);

        Assert.Equal(
            StepDigest.Of(Fold(f => f with { Pending = pending })),
            StepDigest.Of(Fold(f => f with { Pending = turned })));
        Assert.NotEqual(
            StepDigest.Of(Fold(f => f with { Pending = pending })),
            StepDigest.Of(Fold(f => f with { Pending = swapped })));
    }

    private static VmStep Fold(Func<VmFold, VmFold> change) => Sample with { Fold = change(Sample.Fold) };

    private static VmStep Core(Func<VmCore, VmCore> change) => Fold(f => f with { Core = change(f.Core) });

    private static VmStep In(Func<VmState, VmState> change) => Fold(f => f with { State = change(f.State) });
}
