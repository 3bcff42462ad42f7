using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Rx.Qmp;
using Rx.Qmp.Protocol;

namespace QmpExamples;

/// <summary>Makes a qcow2 image of a gibibyte in an empty file that is there already. Ctrl-C cancels the job.</summary>
internal static class Job
{
    public static async Task RunAsync(string[] args, CancellationToken stop)
    {
        await using var client = await QmpClient.ConnectAsync(args[0], stop);
        var file = new BlockdevOptions.File { Filename = Path.GetFullPath(args[1]) };
        await client.ExecuteAsync(new BlockdevAdd(new BlockdevOptions.Raw { NodeName = "made0", File = file }), stop);
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
            await client.ExecuteAsync(new BlockdevDel { NodeName = "made0" }, CancellationToken.None);
        }
    }
}
