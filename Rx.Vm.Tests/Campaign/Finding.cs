using Rx.Vm.Lifecycle;
using Rx.Vm.Tests.Lifecycle.Search;

namespace Rx.Vm.Tests.Campaign;

/// <summary>A broken life, cut down to what matters.</summary>
/// <param name="Life">The life with as few faults as break the same.</param>
/// <param name="Breach">What is broken.</param>
/// <param name="Rule">Which law, with <see cref="Breach.Law"/>.</param>
/// <param name="Keep">The keep mode of the machine that the events are told to.</param>
/// <param name="Events">As few events as break the same, told to a fresh machine.</param>
internal sealed record Finding(Life Life, Breach Breach, VmRule Rule, KeepMode Keep, IReadOnlyList<VmInput> Events)
{
    // Lists that are cut down further than this are short enough to be read.
    private const int Short = 8;

    /// <summary>Cuts <paramref name="life"/> down, by delta debugging: first its faults, then the events that are left.</summary>
    public static Finding Of(Life life, Reducer reduce, bool judgesLaws = true)
    {
        Stage NewStage() => new(reduce) { JudgesLaws = judgesLaws };
        var broken = Judgement(life.Play(NewStage()));
        bool Same(IReadOnlyList<Fault> faults) => Judgement((life with { Faults = faults }).Play(NewStage())) == broken;
        life = life with { Faults = Without(Shrink.List(life.Faults, Same), Same) };
        if (life.Tempo != 0 && Judgement((life with { Tempo = 0 }).Play(NewStage())) == broken)
        {
            life = life with { Tempo = 0 };
        }

        var stage = new Stage(reduce) { JudgesLaws = judgesLaws, Trace = [] };
        life.Play(stage);
        var keep = KeepOf(life.Course);
        var cut = EventList.Shrink(NewStage(), keep, [.. stage.Trace.Select(s => s.Input)], broken);
        var shortest = cut.Count > Short && broken.Breach == Breach.Law ? EventList.Shortest(NewStage(), broken.Rule) : null;
        return shortest is { } found && found.Events.Count < cut.Count
            ? new Finding(life, broken.Breach, broken.Rule, found.Keep, found.Events)
            : new Finding(life, broken.Breach, broken.Rule, keep, cut);
    }

    /// <summary>The keep mode of a course.</summary>
    public static KeepMode KeepOf(Course course) => course == Course.Kept ? KeepMode.AfterFinish : KeepMode.None;

    private static Course CourseOf(KeepMode keep) => keep == KeepMode.AfterFinish ? Course.Kept : Course.Stopped;

    public override string ToString() => $"""
        {Breach}{(Rule == VmRule.None ? "" : $": {Rule}")}
          the life again:   ./rx campaign {Life}
          in {Events.Count,2} events:     ./rx campaign --course {CourseOf(Keep)} --events "{EventList.Write(Events)}"
        """;

    // A fault that only moves the deliveries behind it by one or two can be left out when those after it move back.
    private static IReadOnlyList<Fault> Without(IReadOnlyList<Fault> faults, Func<IReadOnlyList<Fault>, bool> same)
    {
        var shorter = from left in Enumerable.Range(0, faults.Count)
                      from shift in (int[])[0, -1, 1, -2, 2]
                      let list = faults.Index().Where(f => f.Index != left)
                          .Select(f => f.Index > left ? f.Item with { Position = f.Item.Position + shift } : f.Item).ToList()
                      where same(list)
                      select list;
        return shorter.FirstOrDefault() is { } found ? Without(found, same) : faults;
    }

    private static (Breach Breach, VmRule Rule) Judgement(World world) => (world.Breach, world.Rule);
}
