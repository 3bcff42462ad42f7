namespace Rx.Vm.Tests.Fuzz.Targets;

/// <summary>Every target. A target keeps buffers, so each loop takes one of its own.</summary>
internal static class FuzzTargets
{
    private static readonly IReadOnlyList<Func<FuzzTarget>> Makers =
    [
        () => new QmpTarget(), () => new RouterTarget(), () => new ControlTarget(), () => new GuestTarget(), () => new TtyTarget(),
        () => new ClientTarget(), () => new TranscriptTarget(), () => new TypesTarget(), () => new SchemaTarget(),
        () => new ConsoleTarget(), () => new ReadyTarget(), () => new PodSpecTarget(), () => new JournalTarget(),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. Makers.Select(make => make().Name)];

    /// <summary>A new target of that name.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static FuzzTarget New(string name) => Makers.Select(make => make()).FirstOrDefault(target => target.Name == name)
        ?? throw new FormatException($"there is no target '{name}', only {string.Join(", ", Names)}");
}
