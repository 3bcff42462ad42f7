using System.Collections.Immutable;
using Rx.Vm.Journal;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Tests.Journal;

/// <summary>
/// A file of each format, kept for good: <c>golden-v1.journal</c> is never written again, whatever later formats look like. The outcomes
/// are made up, so they do not depend on the rules of the lifecycle.
/// </summary>
public class JournalGoldenTests
{
    private static readonly JournalRecording Expected = new(
        new JournalHeader
        {
            Version = 1,
            VmId = "golden-1",
            Keep = KeepMode.AfterFinish,
            Timeouts = new VmTimeouts
            {
                Boot = TimeSpan.FromSeconds(61), QmpGreeting = TimeSpan.FromSeconds(11), PodStart = TimeSpan.FromSeconds(62),
                PodStop = TimeSpan.FromSeconds(31), PodDestroy = TimeSpan.FromSeconds(12), Kill = TimeSpan.FromSeconds(13),
                Loss = TimeSpan.FromSeconds(2), Release = TimeSpan.FromSeconds(63), Ping = TimeSpan.FromSeconds(32),
                Pong = TimeSpan.FromTicks(7),
            },
            CreatedAt = new DateTimeOffset(2026, 3, 1, 12, 34, 56, TimeSpan.FromHours(1)).AddTicks(1_234_567),
        },
        [
            new(1, TimeSpan.Zero, VmEvent.RunPod(1, "pod1", 2), new(VmPhase.Booting, VmReason.None, VmEffects.LaunchProcess, 1)),
            new(
                2, TimeSpan.FromTicks(12_345), new(VmEventKind.ProcessStarted) { Text = "QEMU \"7\" \\ ü 漢 \U0001f600" },
                new(VmPhase.Booting, VmReason.None, VmEffects.None, ulong.MaxValue)),
            new(
                6, TimeSpan.FromSeconds(3), new(VmEventKind.PodFinished) { ExitCodes = new([0, -1, 255]) },
                new(VmPhase.Cleaning, VmReason.None, VmEffects.EndPod | VmEffects.RemoveDevices, 0x0123_4567_89ab_cdef)),
            new(
                7, TimeSpan.FromSeconds(4), VmEvent.Elapsed(new Deadline(77, DeadlineKind.PodStop, default, default)),
                new(VmPhase.Destroying, VmReason.PodStopTimedOut, VmEffects.KillProcess, 42)),
            new(
                8, TimeSpan.FromDays(365), VmEvent.Device(VmEventKind.DeviceRemoveFailed, 15, ""),
                new(VmPhase.Gone, VmReason.PodStopTimedOut, VmEffects.CompleteShutdown, 0)),
        ])
    {
        Seen = 10,
    };

    private static readonly JournalRecording Labelled = Expected with
    {
        Header = Expected.Header with { Version = 2 },
        Entries = Expected.Entries.SetItem(0, Expected.Entries[0] with
        {
            Event = VmEvent.RunPod(1, "pod1", 2, new LabelSet([new("tier", "front \"1\" \\ 漢 \U0001f600"), new("app", "")])),
        }),
    };

    private static byte[] Golden => File.ReadAllBytes(Snapshot.Locate("Rx.Vm.Tests/Journal/golden-v1.journal"));

    [Fact]
    public void Format_1_is_read()
    {
        var read = Lives.Read(Golden);

        Assert.Equal(Expected.Header, read.Header);
        Assert.Equal(Expected.Entries, read.Entries);
        Assert.Equal([new JournalGap(3, 3), new JournalGap(9, 2)], read.Gaps);
        Assert.Equal((10, JournalEndKind.Clean, Golden.LongLength), (read.Seen, read.End.Kind, read.End.Offset));
    }

    [Fact]
    public void Format_2_is_what_is_written_and_read()
    {
        Snapshot.AssertBytes("Rx.Vm.Tests/Journal/golden-v2.journal", Lives.Bytes(Labelled));

        var read = Lives.Read(Lives.Bytes(Labelled));
        Assert.Equal(Labelled.Header, read.Header);
        Assert.Equal(Labelled.Entries, read.Entries);
    }

    // Labels are all that is new: without any the records are those of format 1.
    [Fact]
    public void Format_2_differs_in_the_number_and_the_seals_only()
    {
        var (first, second) = (Lives.Read(Golden), Lives.Read(Lives.Bytes(Expected)));

        Assert.Equal(Golden.Length, Lives.Bytes(Expected).Length);
        Assert.Equal(first.Entries, second.Entries);
    }

    // An enum member that lost its name would make old journals unreadable.
    [Fact]
    public void Every_kind_phase_and_reason_has_a_name_of_its_own()
    {
        Assert.All(Enum.GetValues<VmEventKind>(), kind => Assert.Equal(kind, JournalNames<VmEventKind>.Find(kind.ToString())));
        Assert.All(Enum.GetValues<VmPhase>(), phase => Assert.Equal(phase, JournalNames<VmPhase>.Find(phase.ToString())));
        Assert.All(Enum.GetValues<VmReason>(), reason => Assert.Equal(reason, JournalNames<VmReason>.Find(reason.ToString())));
    }

    [Fact]
    public void Every_timeout_is_in_the_header()
    {
        var names = typeof(VmTimeouts).GetProperties().Where(p => p.PropertyType == typeof(TimeSpan)).Select(p => p.Name);

        // The youngest only where it is not the usual one: then every reader of format 1 understands the header.
        var all = TimeoutNames.Of(new VmTimeouts { Queue = TimeSpan.FromSeconds(1) });
        Assert.Equal(names.Order(), all.Select(t => t.Name).Order());
        Assert.DoesNotContain(TimeoutNames.Of(new VmTimeouts()), t => t.Name == nameof(VmTimeouts.Queue));
        Assert.All(
            all,
            t =>
            {
                var changed = TimeoutNames.With(new VmTimeouts(), t.Name, TimeSpan.FromTicks(1));
                Assert.Contains((t.Name, TimeSpan.FromTicks(1)), TimeoutNames.Of(changed!));
            });
    }
}
