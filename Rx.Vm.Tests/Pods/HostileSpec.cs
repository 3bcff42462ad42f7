using System.Collections.Immutable;
using Rx.Vm.Pods;

namespace Rx.Vm.Tests.Pods;

/// <summary>A spec with a few wrong, odd or huge things in it. The same seed makes the same spec.</summary>
internal sealed class HostileSpec(int seed)
{
    private static readonly string?[] Texts =
    [
        null, "", " ", "x", "-", "/", "/srv", "a=b", "a:b", "a,b", "../x", "\0", "a\0b", "a\nb", "\u001b[2J", "\u202e", "é漢🙂", "\ud83d", "\udc00x",
        "\"\\<>&'+`",
        new('y', 64), new('y', 65), new('y', 4095), new('y', 4096), new('é', 40_000), new('y', 131_071), new('y', 131_072), new('"', 131_071),
    ];

    private readonly Random _dice = new(seed);

    // Mostly small, so that many are taken.
    private int Wrongs => _dice.Next(4);

    public PodSpec Make()
    {
        var pod = new PodSpec
        {
            Id = "pod", Labels = ImmutableSortedDictionary<string, string>.Empty.Add("tier", "front"),
            Containers = [.. Enumerable.Range(0, 1 + _dice.Next(3)).Select(_ => Container())],
        };
        return _dice.Next(12) switch
        {
            0 => pod with { Id = Text() },
            1 => pod with { Hostname = Text() },
            2 => pod with { Resources = _dice.Next(2) == 0 ? null! : new() { Memory = _dice.Next(-1, 300), Vcpu = _dice.Next(-1, 70) } },
            3 => pod with { Labels = _dice.Next(2) == 0 ? null! : pod.Labels.Add(Text() ?? "n", Text()!) },
            4 => pod with { Containers = List(() => pod.Containers[0], 17) },
            _ => pod,
        };
    }

    private ContainerSpec Container()
    {
        var container = new ContainerSpec { Image = "busybox", Command = ["sh", "-c", "true"], Envs = [new("A", "b")], Tty = _dice.Next(2) == 0 };
        for (var wrongs = Wrongs; wrongs > 0; wrongs--)
        {
            container = _dice.Next(9) switch
            {
                0 => container with { Name = Text() },
                1 => container with { Image = Text()! },
                2 => container with { Entrypoint = List(Text, 1100) },
                3 => container with { Command = List(Text, 1100) },
                4 => container with { Workdir = Text()! },
                5 => container with { Envs = List(() => new ContainerVariable(Text()!, Text()!), 1100) },
                6 => container with { User = new(Text()!, Text(), List(Text, 70)) },
                7 => container with { Command = [.. container.Command.IsDefault ? [] : container.Command, Sound()] },
                _ => container with { Envs = [.. container.Envs.IsDefault ? [] : container.Envs, new($"V{_dice.Next()}", Sound())] },
            };
        }

        return container;
    }

    private string? Text() => Texts[_dice.Next(Texts.Length)];

    // Large, but right by itself: only the sum may be too much.
    private string Sound() => new("yé\""[_dice.Next(3)], _dice.Next(60_000));

    private ImmutableArray<T> List<T>(Func<T?> item, int most)
        where T : class => _dice.Next(8) switch
        {
            0 => default,
            1 => [.. Enumerable.Repeat(item()!, most)],
            2 => [item()!, null!],
            _ => [.. Enumerable.Range(0, _dice.Next(4)).Select(_ => item()!)],
        };
}
