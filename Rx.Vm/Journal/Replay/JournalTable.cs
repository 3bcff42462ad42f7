using System.Globalization;
using System.Text;
using Rx.Vm.Lifecycle;
using Rx.Vm.Text;

namespace Rx.Vm.Journal;

/// <summary>
/// A replayed life as a table for people. Safe to print: texts of the guest, or of a forged file, can't steer a terminal.
/// </summary>
public static class JournalTable
{
    private const int MaxNote = 120;

    /// <summary>One line for each event: number, seconds since the machine was made, event, phase, reason, effects, words.</summary>
    public static string Of(JournalReplay replay)
    {
        ArgumentNullException.ThrowIfNull(replay);
        var rows = replay.Steps.Where(step => step.Event is not null).Select(Row)
            .Prepend(["#", "at/s", "event", "phase", "reason", "effects", "words"]).ToList();
        var widths = Enumerable.Range(0, rows[0].Length - 1).Select(column => rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            var line = new StringBuilder();
            for (var column = 0; column < row.Length; column++)
            {
                // Numbers to the right, words to the left.
                var width = column < widths.Length ? widths[column] : 0;
                line.Append(column < 2 ? row[column].PadLeft(width) : row[column].PadRight(width)).Append("  ");
            }

            text.Append(line.ToString().TrimEnd()).Append('\n');
        }

        return text.ToString();
    }

    private static string[] Row(VmStep step) =>
    [
        step.Number.ToString(CultureInfo.InvariantCulture),
        step.At.TotalSeconds.ToString("0.0000000", CultureInfo.InvariantCulture),
        Name(step.Event!),
        step.Fold.State.Phase.ToString(),
        step.Fold.State.Reason == VmReason.None ? "" : step.Fold.State.Reason.ToString(),
        step.Effects == VmEffects.None ? "" : step.Effects.ToString(),
        Words(step.Event!),
    ];

    private static string Name(VmEvent e)
    {
        var token = e.Token == 0 || e.Kind is VmEventKind.DeadlineElapsed or VmEventKind.DeadlineBusy ? "" : FormattableString.Invariant($" #{e.Token}");
        return e.Kind switch
        {
            VmEventKind.DeadlineElapsed or VmEventKind.DeadlineBusy => $"{e.Kind} {(DeadlineKind)e.Operand}",
            VmEventKind.RunPodRequested =>
                FormattableString.Invariant($"{e.Kind}{token} {Clean(e.PodId)} with {e.Operand} device{(e.Operand == 1 ? "" : "s")}"),
            VmEventKind.DeviceAdded or VmEventKind.DeviceAddFailed or VmEventKind.DeviceRemoved or VmEventKind.DeviceRemoveFailed =>
                FormattableString.Invariant($"{e.Kind} slot {e.Operand}"),
            _ => $"{e.Kind}{token}",
        };
    }

    private static string Words(VmEvent e) => e.ExitCodes.Count > 0 ? $"exit codes {Clean(string.Join(' ', e.ExitCodes))}" : Clean(e.Text);

    private static string Clean(string? text) => CleanText.Of(text.AsSpan(), MaxNote);
}
