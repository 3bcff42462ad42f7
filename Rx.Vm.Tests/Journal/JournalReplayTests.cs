using Rx.Vm.Journal;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Tests.Journal;

/// <summary>Recorded, written, read and replayed, a life is the same in every state, deadline, effect and answer.</summary>
public class JournalReplayTests
{
    [Fact]
    public void Random_lives_come_back_byte_for_byte()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var (steps, recording) = Lives.Random(seed, 10 + (seed % 90));
            var bytes = Lives.Bytes(recording);

            var read = Lives.Read(bytes);
            var replay = JournalReplay.Run(read);

            Assert.True(read.Header == recording.Header, $"seed {seed}: {read.Header}");
            Assert.True(read.Entries.SequenceEqual(recording.Entries), $"seed {seed}: the entries differ");
            Assert.True(read.End == new JournalEnd(JournalEndKind.Clean, bytes.Length, 0, null), $"seed {seed}: {read.End}");
            Assert.True(replay is { IsEqual: true, Gap: null }, $"seed {seed}: {replay.Difference} {replay.Gap}");
            Assert.Equal(steps.Count, replay.Steps.Length);
            foreach (var (was, now) in steps.Zip(replay.Steps))
            {
                AssertSame(seed, was, now);
            }

            Assert.True(bytes.AsSpan().SequenceEqual(Lives.Bytes(Lives.Record(replay.Steps))), $"seed {seed}: the bytes differ");
        }
    }

    [Fact]
    public void An_event_that_was_changed_is_the_first_difference()
    {
        var (_, recording) = Lives.Random(7, 60);
        var target = recording.Entries.First(e => e.Event.Kind == VmEventKind.ProcessStarted);
        var forged = recording with
        {
            Entries = recording.Entries.Replace(target, target with { Event = new VmEvent(VmEventKind.ProcessStartFailed) }),
        };

        var replay = JournalReplay.Run(forged);

        Assert.Equal(target.Index, replay.Difference?.Recorded.Index);
        Assert.Equal(recording.Entries.Length + 1, replay.Steps.Length);
        Assert.Contains($"event {target.Index}, ProcessStartFailed", replay.Difference?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_was_changed_shows_although_phase_reason_and_effects_are_the_same()
    {
        var (_, recording) = Lives.Random(7, 60);
        var target = recording.Entries.First(e => e.Event.Kind == VmEventKind.ProcessStarted);
        var forged = recording with
        {
            Entries = recording.Entries.Replace(target, target with { Event = target.Event with { Text = "another" } }),
        };

        var difference = JournalReplay.Run(forged).Difference;

        Assert.Equal(target.Index, difference?.Recorded.Index);
        Assert.Contains("what differs is a text", difference?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_timeouts_are_a_difference()
    {
        var (_, recording) = Lives.Random(3, 60);
        var other = recording.Header with { Timeouts = recording.Header.Timeouts with { Boot = TimeSpan.FromSeconds(61) } };

        Assert.NotNull(JournalReplay.Run(recording with { Header = other }).Difference);
    }

    [Fact]
    public void A_replay_ends_at_the_first_gap()
    {
        var (_, recording) = Lives.Random(11, 50);
        var torn = recording with { Entries = recording.Entries.RemoveRange(20, 3) };

        var replay = JournalReplay.Run(Lives.Read(Lives.Bytes(torn)));

        Assert.Equal(new JournalGap(21, 3), replay.Gap);
        Assert.Equal(21, replay.Steps.Length);
        Assert.True(replay.IsEqual);
    }

    [Fact]
    public void A_life_whose_beginning_is_gone_can_not_be_replayed()
    {
        var (_, recording) = Lives.Random(11, 50);

        var replay = JournalReplay.Run(recording with { Entries = recording.Entries.RemoveRange(0, 5) });

        Assert.Equal(new JournalGap(1, 5), replay.Gap);
        Assert.Single(replay.Steps);
    }

    [Fact]
    public void Events_dropped_at_the_end_are_a_gap_in_the_file_too()
    {
        var (_, recording) = Lives.Random(11, 50);
        var cut = recording with { Entries = recording.Entries.RemoveRange(48, 2), Seen = 50 };

        var read = Lives.Read(Lives.Bytes(cut));

        Assert.Equal((50, 2), (read.Seen, read.Dropped));
        Assert.Equal([new JournalGap(49, 2)], read.Gaps);
        Assert.Equal(new JournalGap(49, 2), JournalReplay.Run(read).Gap);
    }

    // Arrays in records compare by reference, so they are compared here.
    private static void AssertSame(int seed, VmStep was, VmStep now)
    {
        Assert.True(was.Fold.State == now.Fold.State, $"seed {seed}: {was.Fold.State} is now {now.Fold.State}");
        Assert.True(was.Fold.Core == now.Fold.Core, $"seed {seed}: {was.Fold.Core} is now {now.Fold.Core}");
        Assert.True(was.Fold.Deadlines.SequenceEqual(now.Fold.Deadlines), $"seed {seed}: the deadlines of step {was.Number}");
        Assert.True(was.Answers.SequenceEqual(now.Answers), $"seed {seed}: the answers of step {was.Number}");
        Assert.True(was.Fold.Pending.OrderBy(p => p.Key).SequenceEqual(now.Fold.Pending.OrderBy(p => p.Key)), $"seed {seed}: the requests");
        Assert.Equal(
            (was.Event, was.At, was.Effects, was.Devices, was.Published, was.Number),
            (now.Event, now.At, now.Effects, now.Devices, now.Published, now.Number));
    }
}
