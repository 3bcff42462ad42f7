using System.CommandLine;
using Rx.Vm.Journal;

namespace Rx.Vm.Cli.Commands;

/// <summary><c>rxvm replay FILE</c>: a recorded life once more, as a table, and whether it comes out the same.</summary>
internal static class ReplayCommand
{
    private const int Different = 1;

    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "A journal, as 'rxvm run --journal' writes one." };
        var test = new Option<string?>("--as-test")
        {
            Description = "Print an xunit test in C# that builds the events again and asserts the phases, and nothing else.", HelpName = "name",
        };
        var command = new Command(
            "replay", "Show a recorded journal and fold it again; exit code 1 when it comes out differently, is damaged or lacks events.")
        {
            file, test,
        };
        command.SetAction(parsed => Replay(
            parsed.GetRequiredValue(file), parsed.GetValue(test), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error));
        return command;
    }

    private static int Replay(string file, string? test, TextWriter output, TextWriter error)
    {
        try
        {
            var replay = JournalReplay.Run(JournalFile.Read(file));
            if (test is not null)
            {
                output.Write(JournalTest.Write(replay, test));
            }
            else
            {
                Show(replay, output);
            }

            return Judge(file, replay, test is null ? output : TextWriter.Null, error);
        }
        catch (RxVmException e)
        {
            Complaint.Write(error, e.Message);
            return ExitCodes.Failed;
        }
    }

    private static void Show(JournalReplay replay, TextWriter output)
    {
        var header = replay.Recording.Header;
        output.WriteLine(FormattableString.Invariant(
            $"{header.VmId}: created {header.CreatedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff} UTC, keep {header.Keep}, format {header.Version}"));
        output.WriteLine();
        output.Write(JournalTable.Of(replay));
        output.WriteLine();
    }

    private static int Judge(string file, JournalReplay replay, TextWriter output, TextWriter error)
    {
        var end = replay.Recording.End;
        if (end.Kind != JournalEndKind.Clean)
        {
            Complaint.Write(error, $"{file}: {end}");
        }

        if (replay.Gap is { } gap)
        {
            Complaint.Write(error, $"{file}: {gap}; nothing after them can be replayed");
        }

        var steps = replay.Steps.Length - 1;
        output.WriteLine(replay.Difference is { } difference ? $"different: {difference}" : $"equal: {steps} of {replay.Recording.Seen} events");

        // A torn tail is what a killed host leaves; the life before it is whole.
        return replay.IsEqual && replay.Gap is null && end.Kind != JournalEndKind.Damaged ? 0 : Different;
    }
}
