using System.Buffers;
using System.Collections.Immutable;
using DynamicData;
using Rx.Vm.Journal;
using Rx.Vm.Lifecycle;
using Rx.Vm.Tests.Testing;
using static Rx.Vm.Tests.Testing.SimulatedWorld;

namespace Rx.Vm.Tests.Pods;

/// <summary>The labels of a spec are in the states of its machine, in the fleet and in the journal.</summary>
public class PodLabelsTests
{
    private static readonly ImmutableSortedDictionary<string, string> Front =
        ImmutableSortedDictionary<string, string>.Empty.Add("tier", "front").Add("app", "shop");

    [Fact]
    public void A_state_has_the_labels_of_the_pod_that_runs_or_ran_last()
    {
        var world = new SimulatedWorld();
        var vm = world.Create(KeepMode.AfterFinish);
        Assert.Empty(vm.State.Labels);

        vm.Run(Pod("true") with { Labels = Front });
        world.Advance(5);
        Assert.Equal((VmPhase.Init, "front", "shop"), (vm.State.Phase, vm.State.Labels["tier"], vm.State.Labels["app"]));
        Assert.Equal(new LabelSet(Front), vm.State.Labels);

        vm.Run(Pod("true"));
        world.Advance(5);
        Assert.Empty(vm.State.Labels);
    }

    [Fact]
    public void The_fleet_can_be_filtered_by_them()
    {
        var world = new SimulatedWorld();
        IReadOnlyList<string> front = [];
        using var fleet = world.Host.Vms.Connect()
            .Filter(state => state.Labels.GetValueOrDefault("tier") == "front")
            .QueryWhenChanged(machines => machines.Keys.ToArray())
            .Subscribe(ids => front = ids);
        world.Create(id: "a").Run(Pod("sleep", "9") with { Labels = Front });
        world.Create(id: "b").Run(Pod("sleep", "9") with { Labels = Front.SetItem("tier", "back") });
        world.Advance(3);

        Assert.Equal(["a"], front);
        world.Advance(30);
        Assert.Empty(front);
    }

    [Fact]
    public void A_refused_pod_changes_no_label()
    {
        var world = new SimulatedWorld();
        var (vm, _) = world.Running(Pod("sleep", "99") with { Labels = Front });

        Failure<VmRefusedException>(vm.Run(Pod("true")));

        Assert.Equal(new LabelSet(Front), vm.State.Labels);
    }

    // The longest that a spec may have, of characters that take the most room in a journal.
    [Fact]
    public void A_journal_has_them_however_many()
    {
        var labels = new LabelSet(Enumerable.Range(0, 64).Select(i => KeyValuePair.Create($"{i:00}", string.Concat(Enumerable.Repeat("🙂", 63)))));
        var e = VmEvent.RunPod(1, "pod1", 1, labels);
        var step = VmFold.Step(VmFold.Initial("vm1", KeepMode.None, new VmTimeouts()), e, TimeSpan.FromSeconds(1));
        var written = new ArrayBufferWriter<byte>();
        JournalJson.Write(written, new JournalEntry(1, step.At, e, JournalOutcome.Of(step)));

        Assert.InRange(written.WrittenCount, 1, JournalFormat.MaxPayloadBytes);
        var read = JournalJsonReader.ReadRecord(written.WrittenMemory).Entry!;
        Assert.Equal(e, read.Event);
        Assert.Equal(labels, VmFold.Step(VmFold.Initial("vm1", KeepMode.None, new VmTimeouts()), read.Event, read.At).Fold.State.Labels);
        Assert.Equal(read.Outcome, JournalOutcome.Of(step));
    }

    [Theory]
    [InlineData("""{"i":1,"at":1,"event":"RunPodRequested","labels":{"a":null},"phase":"Booting","fx":0,"digest":"0000000000000000"}""")]
    [InlineData("""{"i":1,"at":1,"event":"RunPodRequested","labels":["a"],"phase":"Booting","fx":0,"digest":"0000000000000000"}""")]
    public void A_journal_with_other_labels_is_no_journal(string record) =>
        Assert.Null(JournalJsonReader.ReadRecord(System.Text.Encoding.UTF8.GetBytes(record)).Entry);

    [Fact]
    public void Labels_are_compared_by_content_in_any_order()
    {
        var (a, b) = (new LabelSet([new("a", "1"), new("b", "2")]), new LabelSet([new("b", "2"), new("a", "0"), new("a", "1")]));

        Assert.Equal((true, a.GetHashCode(), "{a=1 b=2}"), (a == b, b.GetHashCode(), b.ToString()));
        Assert.True(a != new LabelSet([new("a", "1")]) && a != default && default == new LabelSet([]));
    }
}
