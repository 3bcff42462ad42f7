using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Rx.Qmp;

namespace QmpExamples;

/// <summary>Makes a qcow2 image of a gibibyte in an empty file that is there already. Ctrl-C cancels the job.</summary>
internal static class Job
{
    public static async Task RunAsync(string[] args, CancellationToken stop)
    {
        await using var client = await QmpClient.ConnectAsync(QmpEndpoint.Unix(args[0]), Example.Options, stop);
        await client.ExecuteAsync(QmpCommands.BlockdevAddFile("made0", "raw", Path.GetFullPath(args[1]), readOnly: false), stop);
        var create = QmpCommand.Create("blockdev-create", arguments =>
        {
            arguments.WriteString("job-id", "make0");
            arguments.WriteStartObject("options");
            arguments.WriteString("driver", "qcow2");
            arguments.WriteString("file", "made0");
            arguments.WriteNumber("size", 1L << 30);
            arguments.WriteEndObject();
        });
        try
        {
            await client.RunJob(create, "make0")
                .Do(at => Console.WriteLine($"{at.Status} {at.Current}/{at.Total}"))
                .LastOrDefaultAsync()
                .ToTask(stop);
        }
        finally
        {
            await client.ExecuteAsync(QmpCommands.BlockdevDel("made0"), CancellationToken.None);
        }
    }
}
