using Rx.Qmp;
using Rx.Qmp.Protocol;

namespace QmpExamples;

/// <summary>Gives QEMU a file that it could not open by itself.</summary>
internal static class PassFile
{
    public static async Task RunAsync(string[] args, CancellationToken stop)
    {
        await using var client = await QmpClient.ConnectAsync(args[0], stop);
        AddfdInfo added;
        using (var image = File.OpenHandle(args[1], FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
        {
            added = await client.AddFdAsync(image, opaque: Path.GetFileName(args[1]), cancellationToken: stop);
        }

        var file = new BlockdevOptions.File { Filename = $"/dev/fdset/{added.FdsetId}" };
        await client.ExecuteAsync(new BlockdevAdd(new BlockdevOptions.Raw { NodeName = "passed", ReadOnly = true, File = file }), stop);
        var nodes = await client.ExecuteAsync(new QueryNamedBlockNodes(), stop);
        Console.WriteLine(string.Join('\n', nodes.Select(node => $"{node.NodeName}: {node.Image?.VirtualSize} bytes")));
    }
}
