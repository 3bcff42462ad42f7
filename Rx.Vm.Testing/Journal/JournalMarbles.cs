using System.Reactive;
using System.Text;
using Rx.Vm.Journal;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Testing;

/// <summary>A replayed life as marble diagrams. Times are exact, in time since the machine was made.</summary>
public static class JournalMarbles
{
    /// <summary>How many events a picture shows at most; more are neither readable nor quickly laid out.</summary>
    public const int MaxEvents = 1000;

    // From coarse to fine: the first that can stand for the times makes the shortest text.
    private static readonly TimeSpan[] Frames =
    [
        TimeSpan.FromMilliseconds(1), TimeSpan.FromMicroseconds(100), TimeSpan.FromMicroseconds(10), TimeSpan.FromMicroseconds(1),
        TimeSpan.FromTicks(1),
    ];

    private static readonly (string Title, VmEventKind Last)[] Sources =
    [
        ("requests", VmEventKind.CallRequested), ("process", VmEventKind.ProcessExited), ("monitor", VmEventKind.QmpShutdownSeen),
        ("guest", VmEventKind.PodFinished), ("devices", VmEventKind.DeviceRemoveFailed), ("resources", VmEventKind.ResourcesLost),
        ("deadlines", VmEventKind.DeadlineElapsed), ("faults", VmEventKind.FoldFaulted),
    ];

    /// <summary>The phases: each when it began; completion with the terminal one.</summary>
    public static MarbleRecording<VmPhase> Phases(JournalReplay replay)
    {
        ArgumentNullException.ThrowIfNull(replay);
        var events = new List<MarbleEvent<VmPhase>>();
        VmPhase? phase = null;
        foreach (var step in replay.Steps.Where(step => step.Fold.State.Phase != phase))
        {
            phase = step.Fold.State.Phase;
            events.Add(new(step.At, Notification.CreateOnNext(step.Fold.State.Phase)));
            if (step.Fold.State.IsTerminal)
            {
                events.Add(new(step.At, Notification.CreateOnCompleted<VmPhase>()));
            }
        }

        return new(events);
    }

    /// <summary>The events, by kind.</summary>
    public static MarbleRecording<VmEventKind> Events(JournalReplay replay)
    {
        ArgumentNullException.ThrowIfNull(replay);
        return new(replay.Steps.Skip(1).Select(step => new MarbleEvent<VmEventKind>(step.At, Notification.CreateOnNext(step.Event!.Kind))));
    }

    /// <summary>The events and the phases as text that <see cref="Marbles.Parse{T}(string, TimeSpan, MarbleLegend{T})"/> reads.</summary>
    public static string Text(JournalReplay replay)
    {
        ArgumentNullException.ThrowIfNull(replay);
        var text = new StringBuilder("phases  ").Append(Render(Phases(replay))).Append('\n');
        return replay.Steps.Length - 1 > MaxEvents
            ? text.Append($"events  {replay.Steps.Length - 1}, too many for a diagram\n").ToString()
            : text.Append("events  ").Append(Render(Events(replay))).Append('\n').ToString();
    }

    /// <summary>A picture: a lane for each source of events that had some, and the phases.</summary>
    /// <exception cref="RxVmException">There are more than <see cref="MaxEvents"/> events.</exception>
    public static string ToSvg(JournalReplay replay)
    {
        ArgumentNullException.ThrowIfNull(replay);
        if (replay.Steps.Length - 1 > MaxEvents)
        {
            throw new RxVmException($"{replay.Steps.Length - 1} events are too many for a picture of at most {MaxEvents}");
        }

        var lanes = new List<MarbleLane>();
        var events = Events(replay);
        foreach (var (title, _) in Sources)
        {
            var own = events.Where(e => Lane(e.Notification.Value) == title).ToList();
            if (own.Count > 0)
            {
                lanes.Add(MarbleLane.Of(title, new MarbleRecording<VmEventKind>(own)));
            }
        }

        lanes.Add(MarbleLane.Of("phases", Phases(replay)));
        return Marbles.ToSvg(lanes, $"the life of {replay.Recording.Header.VmId}");
    }

    // Kinds are only ever appended; the younger ones are told apart by name.
    private static string Lane(VmEventKind kind) => kind switch
    {
        VmEventKind.StartQueued or VmEventKind.StartAdmitted => "process",
        VmEventKind.DeadlineBusy => "deadlines",
        _ => Sources.First(source => kind <= source.Last).Title,
    };

    private static string Render<T>(MarbleRecording<T> recording)
    {
        var texts = Frames.Select(frame => Marbles.Render(recording, frame: frame));
        return (texts.FirstOrDefault(text => !text.IsList) ?? Marbles.Render(recording)).ToString();
    }
}
