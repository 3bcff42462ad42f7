using System.Collections.Immutable;
using Rx.Values;

namespace Rx.Vm.Pods;

/// <summary>How a further process is run; what is null is taken from the container.</summary>
public sealed record ExecOptions
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    private readonly ListField<ContainerVariable> _envs = ImmutableArray<ContainerVariable>.Empty;

    /// <summary>Whether it gets a terminal.</summary>
    public bool Tty { get; init; }

    /// <summary>
    /// What happens when nobody reads its output fast enough; null: a terminal waits, anything else drops the oldest beyond 256 KiB. Who reads
    /// all of a long output wants <see cref="OutputPolicy.Wait"/>.
    /// </summary>
    public OutputPolicy? Output { get; init; }

    /// <summary>The same for its standard error.</summary>
    public OutputPolicy? Error { get; init; }

    /// <summary>User name or number in the container.</summary>
    public string? User { get; init; }

    /// <summary>
    /// How long it may run, from its start on the guest's clock; if it still runs then, it is killed with every process that it started, and its
    /// <see cref="ProcessExit.IsTimedOut"/> says so. What it leaves running when it ends by itself stays until its container ends. Null, infinite
    /// or more than 24 days, the most that guests can count: as long as it likes. With a guest that can't, it is refused.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The working directory, absolute.</summary>
    public string? Workdir { get; init; }

    /// <summary>Variables on top of the container's.</summary>
    public ImmutableArray<ContainerVariable> Envs { get => _envs; init => _envs = value; }

    // A part of a millisecond more is more than was asked for, none is no time at all.
    internal int? TimeoutMilliseconds => Timeout is { } time && time > TimeSpan.Zero && time <= Longest ? (int)Math.Ceiling(time.TotalMilliseconds) : null;

    internal OutputPolicy OutputPolicy => Output ?? DefaultPolicy;

    internal OutputPolicy ErrorPolicy => Error ?? DefaultPolicy;

    private OutputPolicy DefaultPolicy => Tty ? OutputPolicy.Wait : OutputPolicy.DropOldest();
}
