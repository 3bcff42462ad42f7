using Rx.Vm.Lifecycle;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Lifecycle.Search;

/// <summary>A made-up event of a random life; requests and answers to calls get their tokens when it is run.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Operand">Its operand; for an elapsed deadline which of the armed ones, for a call's answer which of the pending calls.</param>
/// <param name="Wait">How long after the event before it.</param>
internal readonly record struct Happening(K Kind, int Operand, TimeSpan Wait);

/// <summary>Random lives of a machine: mostly what a sound world would say, some of it twice, late or never.</summary>
internal static class RandomLife
{
    private static readonly K[] Kinds = Enum.GetValues<K>();

    // Walked through in about this order, a life gets somewhere; purely random events mostly end it in Booting.
    private static readonly K[] Course =
    [
        K.BootRequested, K.RunPodRequested, K.ProcessStarted, K.QmpConnected, K.GuestReady, K.DeviceAdded, K.DeviceAdded, K.PodStartAcked,
        K.CallRequested, K.CallAcked, K.CallRequested, K.PingAcked, K.StopPodRequested, K.PodStopAcked, K.DeviceRemoved, K.DeviceRemoved,
        K.RescanAcked, K.RunPodRequested, K.DeviceAdded, K.DeviceAdded, K.PodStartAcked, K.PodFinished, K.ShutdownRequested,
        K.PodDestroyAcked, K.ProcessExited, K.ResourcesReleased,
    ];

    /// <summary>A life of <paramref name="length"/> events; the same seed gives the same life.</summary>
    public static List<Happening> Next(Random random, int length)
    {
        var life = new List<Happening>(length);
        var at = 0;
        while (life.Count < length)
        {
            var kind = random.Next(10) < 8 ? Course[at++ % Course.Length] : Kinds[random.Next(Kinds.Length)];
            life.Add(new Happening(kind, Operand(kind, random), TimeSpan.FromMilliseconds(random.Next(20_000))));
            at += random.Next(20) == 0 ? random.Next(Course.Length) : 0;
        }

        return life;
    }

    /// <summary>Folds a life; every request gets the next token.</summary>
    public static List<VmStep> Run(IReadOnlyList<Happening> life, KeepMode keep)
    {
        var steps = new List<VmStep>(life.Count + 1) { VmFold.Initial("vm-random", keep, new VmTimeouts()) };
        var (token, now) = (0L, TimeSpan.Zero);
        foreach (var happening in life)
        {
            now += happening.Wait;
            steps.Add(VmFold.Step(steps[^1], Event(happening, steps[^1].Fold, ref token), now));
        }

        return steps;
    }

    private static int Operand(K kind, Random random) => kind switch
    {
        K.RunPodRequested => random.Next(20) == 0 ? 99 : random.Next(3),
        K.DeviceAdded or K.DeviceAddFailed or K.DeviceRemoved or K.DeviceRemoveFailed => random.Next(3),
        K.ProcessExited => random.Next(2),
        _ => random.Next(8),
    };

    private static VmEvent Event(Happening happening, VmFold fold, ref long token)
    {
        if (VmInvariants.IsRequest(happening.Kind))
        {
            return new VmEvent(happening.Kind) { Token = ++token, Operand = happening.Operand, PodId = $"pod-{token}" };
        }

        if (happening.Kind == K.DeadlineElapsed && !fold.Deadlines.IsEmpty)
        {
            return VmEvent.Elapsed(fold.Deadlines[happening.Operand % fold.Deadlines.Length]);
        }

        var calls = fold.Pending.Where(p => p.Value == K.CallRequested).Select(p => p.Key).Order().ToList();
        return happening.Kind is K.CallAcked or K.CallRefused && calls.Count > 0
            ? new VmEvent(happening.Kind) { Token = calls[happening.Operand % calls.Count] }
            : new VmEvent(happening.Kind) { Operand = happening.Operand, Text = "made up" };
    }
}
