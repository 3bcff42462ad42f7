using System.Collections.Immutable;

namespace Rx.Vm.Qemu;

/// <summary>The doctor's finding about leftovers.</summary>
internal static class LeftoverCheck
{
    private const int Told = 8;

    /// <summary>Looks, and removes nothing.</summary>
    public static DoctorItem Examine(string root, CancellationToken ct)
    {
        try
        {
            return Of(LeftoverScan.All(root, ct));
        }
        catch (VmDirectoryException e)
        {
            return new DoctorItem("leftovers", DoctorVerdict.Bearable, $"cannot be looked for: {e.Message}", "see the runtime directory");
        }
    }

    /// <summary>What the leftovers of a host mean, a pure function.</summary>
    public static DoctorItem Of(ImmutableArray<Leftover> found)
    {
        var groups = found.GroupBy(leftover => leftover.Kind).OrderBy(group => group.Key).ToArray();
        return groups.Length == 0 ? new DoctorItem("leftovers", DoctorVerdict.Good, "none") : new DoctorItem(
            "leftovers",
            DoctorVerdict.Bearable,
            string.Join("; ", groups.Select(Describe)),
            string.Join("; ", groups.Select(group => Remedy(group.Key)).Distinct()));
    }

    private static string Describe(IGrouping<LeftoverKind, Leftover> group) =>
        $"{group.Count()} {Name(group.Key)}: {string.Join(", ", group.Take(Told).Select(Show))}{(group.Count() > Told ? ", …" : "")}";

    private static string Show(Leftover leftover) => leftover.Process is { } process ? $"{leftover.Id} (pid {process.Pid})"
        : leftover.Kind == LeftoverKind.Unclear ? $"{leftover.Directory} ({leftover.Detail})"
        : leftover.Id;

    private static string Name(LeftoverKind kind) => kind switch
    {
        LeftoverKind.Dead => "directory of a dead machine",
        LeftoverKind.Orphan => "running without its host",
        LeftoverKind.Kept => "kept running without a host",
        LeftoverKind.Unclear => "that cannot be judged",
    };

    private static string Remedy(LeftoverKind kind) => kind switch
    {
        LeftoverKind.Dead or LeftoverKind.Orphan => "rxvm gc",
        LeftoverKind.Kept => "rxvm gc --kept ends machines that were to stay",
        LeftoverKind.Unclear => "see what is in the directory, then remove it by hand",
    };
}
