using System.CommandLine;
using Rx.Vm.Journal;
using Rx.Vm.Testing;

namespace Rx.Vm.Cli.Commands;

/// <summary><c>rxvm replay FILE</c>: a recorded life once more, as marbles and as a table, and whether it comes out the same.</summary>
internal static class ReplayCommand
{
    private const int Different = 1;

    public static Command Create()
    {
        var file = new Argument<string>("file")
        {
            Description = "A journal, as 'rxvm run --journal' writes one.", CustomParser = OptionValues.Path,
        };
        var svg = OptionValues.File("--svg", "Also draw the marble diagram into this file.");
        var test = new Option<string?>("--as-test")
        {
            Description = "Print nothing but an xunit test in C# that builds the events again and asserts the phases.", HelpName = "name",
        };
        var command = new Command(
            "replay", "Show a recorded life and fold it again; exit code 1 when it comes out differently, is damaged or lacks events.")
        {
            file, svg, test,
        };
        command.SetAction(parsed =>
        {
            var error = parsed.InvocationConfiguration.Error;
            try
            {
                var replay = JournalReplay.Run(JournalFile.Read(parsed.GetRequiredValue(file)));
                Draw(replay, parsed.GetValue(svg));
                Show(replay, parsed.GetValue(test), parsed.InvocationConfiguration.Output);
                return Judge(parsed.GetRequiredValue(file), replay, error);
            }
            catch (RxVmException e)
            {
                Complaint.Write(error, e.Message);
                return ExitCodes.Failed;
            }
        });
        return command;
    }

    private static void Draw(JournalReplay replay, string? path)
    {
        if (path is null)
        {
            return;
        }

        var picture = JournalMarbles.ToSvg(replay);
        try
        {
            File.WriteAllText(path, picture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new RxVmException($"--svg {path}: {e.Message}", e);
        }
    }

    private static void Show(JournalReplay replay, string? test, TextWriter output)
    {
        if (test is not null)
        {
            output.Write(JournalTest.Write(replay, test));
            return;
        }

        var header = replay.Recording.Header;
        output.Write(FormattableString.Invariant($"{header.VmId}: created {header.CreatedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff} UTC, "));
        output.Write(FormattableString.Invariant($"keep {header.Keep}, format {header.Version}\n\n"));
        output.Write($"{JournalMarbles.Text(replay)}\n{JournalTable.Of(replay)}\n");
        output.Write(replay.Difference is { } difference
            ? $"different: {difference}\n"
            : $"equal: {replay.States.Count() - 1} of {replay.Recording.Seen} events came out as recorded\n");
    }

    private static int Judge(string file, JournalReplay replay, TextWriter error)
    {
        var end = replay.Recording.End;
        if (end.Kind != JournalEndKind.Clean)
        {
            Complaint.Write(error, $"{file}: {end}");
        }

        if (replay.Gap is { } gap)
        {
            Complaint.Write(error, $"{file}: {gap}; nothing after that can be replayed");
        }

        if (replay.Difference is { } difference)
        {
            Complaint.Write(error, $"{file}: event {difference.Recorded.Index} came out differently");
        }

        // A torn tail is what a host that was killed leaves; the life before it is whole.
        return replay.IsEqual && replay.Gap is null && end.Kind != JournalEndKind.Damaged ? 0 : Different;
    }
}
