using Rx.Vm.Fold;

namespace Rx.Vm.Tests.Fold.Search;

/// <summary>States in words, for whoever reads a counterexample.</summary>
internal static class Words
{
    public static string Of(State s) => string.Join(
        "\n    ",
        [
            $"{s.Machine}",
            $"{s.Pod}",
            .. s.Containers.Select(c => $"container {c.Id} {c.Core}"),
            .. s.Devices.Select(d => $"device {d.Id} of {d.Owner} {d.Core}"),
            .. s.Sessions.Select(x => $"session {x.Id} in {x.Container} {x.Core}"),
            .. s.Requests.Select(r => $"request {r.Token} to {r.Target} {r.Core}"),
            string.Join(' ', s.Ops.Select(op => $"{op.Id}:{op.Kind}@{op.Target.Level}{op.Target.Id}")),
        ]);
}
