using System.Globalization;
using Rx.Vm.Qemu;

namespace Rx.Vm.Tests.Endings;

/// <summary>What a <see cref="HostProgram"/> is to do.</summary>
internal sealed record HostOrder
{
    /// <summary>Where the machines' directories are made.</summary>
    public required string Root { get; init; }

    /// <summary>What the machines' ids begin with.</summary>
    public required string Prefix { get; init; }

    /// <summary>How many machines.</summary>
    public int Machines { get; init; } = 1;

    public WhenProcessDies WhenProcessDies { get; init; } = WhenProcessDies.Kill;

    /// <summary>What it does of itself; every signal waits for one.</summary>
    public Ending Ending { get; init; } = Ending.Kill;

    /// <summary>Whether it waits for the guests, and not for the processes only.</summary>
    public bool UntilGuestIsReady { get; init; }

    /// <summary>What to boot; null for the host's own kernel.</summary>
    public string? KernelPath { get; init; }

    public string? InitrdPath { get; init; }

    /// <summary>The emulator; null for the host's.</summary>
    public string? Emulator { get; init; }

    /// <summary>Whom the emulator runs as.</summary>
    public QemuUser? User { get; init; }

    public static HostOrder Parse(string[] args) => new()
    {
        Root = args[0],
        Prefix = args[1],
        Machines = int.Parse(args[2], CultureInfo.InvariantCulture),
        WhenProcessDies = Enum.Parse<WhenProcessDies>(args[3]),
        Ending = Enum.Parse<Ending>(args[4]),
        UntilGuestIsReady = bool.Parse(args[5]),
        KernelPath = Given(args[6]),
        InitrdPath = Given(args[7]),
        Emulator = Given(args[8]),
        User = Given(args[9]) is { } id && uint.Parse(id, CultureInfo.InvariantCulture) is var uid ? new QemuUser(uid, uid) : null,
    };

    public IEnumerable<string> ToArguments() =>
    [
        Root, Prefix, Machines.ToString(CultureInfo.InvariantCulture), WhenProcessDies.ToString(), Ending.ToString(),
        UntilGuestIsReady.ToString(), KernelPath ?? "-", InitrdPath ?? "-", Emulator ?? "-",
        User?.Uid.ToString(CultureInfo.InvariantCulture) ?? "-",
    ];

    private static string? Given(string text) => text == "-" ? null : text;
}
